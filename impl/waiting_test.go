package impl

import (
	"testing"
	"time"

	"github.com/connspec/connspec/spec"
)

func disposed(d spec.Disposition) spec.Call {
	return spec.Call{Op: spec.OpSigaction, Signal: spec.SIGUSR1, Disposition: d}
}

func option(fd int32, level spec.SockLevel, o spec.SockOption, v int32) spec.Call {
	return spec.Call{Op: spec.OpSetsockopt, FD: fd, Level: level, Option: o, Value: v}
}

func (h *harness) signal() { h.host.Signal(h.now, 1, spec.SIGUSR1) }

func TestSignals(t *testing.T) {
	recv := func(fd int32) spec.Call { return spec.Call{Op: spec.OpRecv, FD: fd, Buf: make([]byte, 9)} }
	connect := func(fd int32) spec.Call { return connectTo(fd, "192.0.2.1:8080") }
	poll := func(fd int32) spec.Call {
		return spec.Call{Op: spec.OpPoll, Timeout: -1, Poll: []spec.PollFD{{FD: fd, Events: spec.PollIn}}}
	}
	for _, c := range []struct {
		what    string
		dialect spec.Dialect
		typ     spec.SockType
		timeout int32 // of SO_SNDTIMEO and SO_RCVTIMEO
		does    spec.Disposition
		call    func(int32) spec.Call
		want    spec.Errno // 0: the call goes on
	}{
		{"an ignored signal", spec.Linux, spec.SockStream, 0, spec.SigIgnore, connect, 0},
		{"a caught one", spec.Linux, spec.SockStream, 0, spec.SigCatch, connect, spec.EINTR},
		{"a connect begun again joins its attempt", spec.Linux, spec.SockStream, 0, spec.SigRestart, connect, 0},
		{"but not with a timeout", spec.Linux, spec.SockStream, 1000, spec.SigRestart, connect, spec.EINTR},
		{"connect of macOS", spec.MacOS, spec.SockStream, 0, spec.SigRestart, connect, spec.EINTR},
		{"connect of BSD", spec.OSX, spec.SockStream, 0, spec.SigRestart, connect, spec.EINTR},
		{"recv begun again", spec.Linux, spec.SockDgram, 0, spec.SigRestart, recv, 0},
		{"recv with a timeout", spec.Linux, spec.SockDgram, 1000, spec.SigRestart, recv, spec.EINTR},
		{"recv with a timeout elsewhere", spec.MacOS, spec.SockDgram, 1000, spec.SigRestart, recv, 0},
		{"poll", spec.Linux, spec.SockDgram, 0, spec.SigRestart, poll, spec.EINTR},
		{"TargetTCP knows none", spec.TargetTCP, spec.SockStream, 0, spec.SigCatch, connect, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := newHarness(t, c.dialect)
			fd := h.socket(c.typ, 0)
			h.want("sigaction", disposed(c.does), spec.ENONE)
			if c.timeout != 0 {
				h.want("SO_SNDTIMEO", option(fd, spec.SolSocket, spec.SoSndtimeo, c.timeout), spec.ENONE)
				h.want("SO_RCVTIMEO", option(fd, spec.SolSocket, spec.SoRcvtimeo, c.timeout), spec.ENONE)
			}
			h.wantBlock("the call", 1, c.call(fd))
			for ok := true; ok; _, ok = h.host.Next(h.now) {
			}
			h.signal()
			if got := !h.host.Blocked(1); got != (c.want != 0) {
				t.Fatalf("the signal ended the call: %v", got)
			}
			if c.want != 0 {
				h.wantReturn("the call", 1, c.want)
			}
		})
	}
}

func TestTimeouts(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, 0)
	h.want("SO_SNDTIMEO is kept in ticks", option(fd, spec.SolSocket, spec.SoSndtimeo, 499), spec.ENONE)
	h.wantBlock("connect", 1, connectTo(fd, "192.0.2.1:8080"))
	h.wantFrame("the SYN", "S 0(0)")
	h.advance(100 * time.Millisecond)
	h.wantBlock("another thread joins", 2, connectTo(fd, "192.0.2.1:8080"))
	h.advance(399 * time.Millisecond)
	h.wantIdle("rounded up to 500 ms")
	h.advance(time.Millisecond)
	h.wantIdle("nothing is sent")
	h.wantReturn("the first", 1, spec.EINPROGRESS)
	h.advance(100 * time.Millisecond)
	h.wantIdle("nor now")
	h.wantReturn("the one that joined", 2, spec.EALREADY)
}

func TestUserTimeoutEndsAttempt(t *testing.T) {
	for _, c := range []struct {
		ms   int32
		want time.Duration
	}{{200, 1001 * time.Millisecond}, {1500, 1500 * time.Millisecond}} {
		h := newHarness(t, spec.Linux)
		fd := h.socket(spec.SockStream, 0)
		h.want("TCP_USER_TIMEOUT", option(fd, spec.SolTCP, spec.TCPUserTimeout, c.ms), spec.ENONE)
		h.wantBlock("connect", 1, connectTo(fd, "192.0.2.1:8080"))
		h.wantFrame("the SYN", "S 0(0)")
		h.wantIdle("once")
		h.advance(time.Second)
		h.wantFrame("sent again after a second", "S 0(0)")
		h.wantIdle("once")
		h.advance(c.want - time.Second)
		h.wantIdle("nothing more")
		h.wantReturn("connect", 1, spec.ETIMEDOUT)
	}
}
