package part

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/connspec/connspec/diffcheck/bench/trial"
	"github.com/connspec/connspec/spec"
)

// dial makes a socket and connects it to the far end; nobody else calls
// meanwhile.
func (h *host) dial(s *trial.Spec, t spec.SockType) (fd int32, err error) {
	to := netip.AddrPortFrom(s.Far, uint16(s.Port))
	var r spec.Result
	done := false
	h.pump.Do(func(now time.Duration) {
		r, _ = h.Call(now, 0, &spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: t})
		if fd = r.Ret; r.Failed() {
			done = true
			return
		}
		r, done = h.Call(now, 0, &spec.Call{
			Op: spec.OpConnect, FD: fd, Addr: spec.SockaddrInet(to), AddrLen: spec.SizeofSockaddrIn,
		})
	})
	if !done {
		r, err = h.completion()
	}
	if err == nil && r.Failed() {
		err = fmt.Errorf("connect to %v: %v", to, r.Errno)
	}
	return fd, err
}

// completion waits for the one blocked call to end.
func (h *host) completion() (r spec.Result, err error) {
	err = h.pump.Wait(func(time.Duration) bool {
		_, done, ok := h.Completion()
		r = done
		return ok
	})
	return r, err
}

// stream sends to, or receives from, the far end on one connection, in
// blocking calls of Size bytes.
func (h *host) stream(s *trial.Spec) (o trial.Outcome, err error) {
	fd, err := h.dial(s, spec.SockStream)
	if err != nil {
		return o, err
	}
	c := spec.Call{Op: spec.OpSend, FD: fd, Buf: make([]byte, max(s.Size, 1))}
	if s.Task == trial.Receive {
		c.Op = spec.OpRecv
	}
	started := time.Now()
	for time.Since(started) < s.Time {
		var r spec.Result
		done := false
		h.pump.Do(func(now time.Duration) { r, done = h.Call(now, 0, &c) })
		if !done {
			if r, err = h.completion(); err != nil {
				return o, err
			}
		}
		if r.Failed() || r.Ret == 0 {
			return o, fmt.Errorf("%v: %v after %.0f bytes", c.Op, r.Errno, o.Bytes)
		}
		o.Bytes += float64(r.Ret)
	}
	o.Seconds = time.Since(started).Seconds()
	return o, nil
}

// datagrams sends as many as it can; how many arrive, the far end says.
func (h *host) datagrams(s *trial.Spec) (o trial.Outcome, err error) {
	fd, err := h.dial(s, spec.SockDgram)
	if err != nil {
		return o, err
	}
	const burst = 32 // calls in one turn of the Pump
	c := spec.Call{Op: spec.OpSend, FD: fd, Buf: make([]byte, s.Size), MsgFlags: spec.MsgDontwait}
	started := time.Now()
	for time.Since(started) < s.Time {
		h.pump.Do(func(now time.Duration) {
			for range burst {
				if r, _ := h.Call(now, 0, &c); r.Failed() {
					o.Failed++
				} else {
					o.Operations++
				}
			}
		})
	}
	o.Seconds = time.Since(started).Seconds()
	return o, nil
}
