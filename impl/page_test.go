package impl

import (
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// giveUp lets time pass until an attempt over a silent wire has ended.
func (h *harness) giveUp() {
	for range 20 {
		h.advance(time.Second)
		h.drain()
	}
}

// The page of TargetTCP: EHOSTUNREACH is a timeout after a "destination
// unreachable"; other messages change nothing, and the host's own port
// unreachable is its refusal.
func TestTargetTCPUnreachable(t *testing.T) {
	for _, c := range []struct {
		typ, code      uint8
		atOnce, atLast spec.Errno
	}{
		{3, 0, 0, spec.EHOSTUNREACH}, {3, 1, 0, spec.EHOSTUNREACH}, {3, 2, 0, spec.EHOSTUNREACH},
		{3, 9, 0, spec.EHOSTUNREACH}, {3, 13, 0, spec.EHOSTUNREACH},
		{11, 0, 0, spec.ETIMEDOUT}, {12, 0, 0, spec.ETIMEDOUT}, {5, 1, 0, spec.ETIMEDOUT},
		{3, 3, spec.ECONNREFUSED, 0},
	} {
		h := newHarness(t, spec.TargetTCP)
		fd := h.socket(spec.SockStream, 0)
		h.wantBlock("connect", 1, connectTo(fd, "192.0.2.1:8080"))
		h.wantFrame("the SYN", "S 0(0)")
		h.unreachable(c.typ, c.code, 0)
		if c.atOnce != 0 {
			h.wantReturn("refused", 1, c.atOnce)
			continue
		}
		h.wantIdle("it goes on")
		if _, r, ok := h.host.Completion(); ok {
			t.Fatalf("ICMP %d/%d ended connect with %v, want it to go on", c.typ, c.code, r.Errno)
		}
		h.giveUp()
		h.wantReturn("in the end", 1, c.atLast)
	}
}

// POSIX: shutdown of a socket that is not connected is ENOTCONN, and an attempt
// is not a connection.
func TestShutdownOfAnAttempt(t *testing.T) {
	for d, want := range map[spec.Dialect]spec.Errno{spec.POSIX: spec.ENOTCONN, spec.Linux: spec.ENONE} {
		h := newHarness(t, d)
		fd := h.socket(spec.SockStream, spec.SockNonblock)
		h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
		h.want("shutdown", spec.Call{Op: spec.OpShutdown, FD: fd, How: spec.ShutRdwr}, want)
	}
}

// RFC 9293 section 3.10.7.4: a RST in LAST-ACK is no error. Linux calls it one.
func TestResetInLastAck(t *testing.T) {
	for d, want := range map[spec.Dialect]spec.Errno{
		spec.POSIX: spec.ENONE, spec.TargetTCP: spec.ENONE, spec.Linux: spec.ECONNRESET,
	} {
		h := newHarness(t, d)
		fd := h.established()
		h.segment(wire.FIN|wire.ACK, 1, 1, "")
		h.want("shutdown", spec.Call{Op: spec.OpShutdown, FD: fd, How: spec.ShutWr}, spec.ENONE)
		h.drain()
		h.segment(wire.RST, 2, 0, "")
		h.wantSoError(d.String(), fd, want)
	}
}

// RFC 9293 section 3.10.7.4: a FIN whose number lies before RCV.NXT is outside
// the window and answered by an ACK.
func TestFinBeforeTheWindow(t *testing.T) {
	for _, d := range []spec.Dialect{spec.POSIX, spec.TargetTCP} {
		h := newHarness(t, d)
		h.established()
		h.segment(wire.FIN|wire.ACK, 0, 1, "")
		h.wantFrame(d.String(), ". 1(0) ack 1")
	}
}

// established connects a non-blocking socket to the far end.
func (h *harness) established() int32 {
	h.t.Helper()
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN", "S 0(0)")
	h.segment(synAck, 0, 1, "")
	h.wantFrame("the ACK", ". 1(0) ack 1")
	return fd
}

// drain takes what the host has to send.
func (h *harness) drain() {
	for {
		if _, ok := h.host.Next(h.now); !ok {
			return
		}
	}
}
