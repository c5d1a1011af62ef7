package impl

import (
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// lingering is a host with a connection that has SO_LINGER.
func lingering(t *testing.T, d spec.Dialect, flags spec.SockFlags, seconds int32) (h *harness, fd int32) {
	h = newHarness(t, d)
	fd = h.socket(spec.SockStream, flags)
	h.want("SO_LINGER", option(fd, spec.SolSocket, spec.SoLinger, seconds), spec.ENONE)
	c := connectTo(fd, "192.0.2.1:8080")
	h.host.Call(h.now, 1, &c)
	h.wantFrame("the SYN", "S 0(0)")
	h.segment(synAck, 0, 1, "")
	h.wantFrame("the ACK", ". 1(0) ack 1")
	h.wantIdle("no more")
	h.host.Completion()
	return h, fd
}

func TestLinger(t *testing.T) {
	closing := func(fd int32) spec.Call { return spec.Call{Op: spec.OpClose, FD: fd} }
	for _, c := range []struct {
		what    string
		dialect spec.Dialect
		flags   spec.SockFlags
		blocks  bool
		ack     bool // of the FIN
		want    spec.Errno
	}{
		{"Linux, acknowledged", spec.Linux, 0, true, true, spec.ENONE},
		{"Linux, non-blocking", spec.Linux, spec.SockNonblock, true, true, spec.ENONE},
		{"Linux, not acknowledged", spec.Linux, 0, true, false, spec.ENONE},
		{"BSD, not acknowledged", spec.OSX, 0, true, false, spec.EAGAIN},
		{"macOS, not acknowledged", spec.MacOS, 0, true, false, spec.ENONE},
		{"BSD, non-blocking", spec.OSX, spec.SockNonblock, false, false, spec.ENONE},
	} {
		t.Run(c.what, func(t *testing.T) {
			h, fd := lingering(t, c.dialect, c.flags, 1)
			if !c.blocks {
				h.want("close", closing(fd), c.want)
				h.wantFrame("the FIN", "F. 1(0) ack 1")
				return
			}
			h.wantBlock("close", 1, closing(fd))
			h.wantFrame("the FIN", "F. 1(0) ack 1")
			h.wantIdle("once")
			h.want("the descriptor is gone", closing(fd), spec.EBADF)
			if c.ack {
				h.segment(wire.ACK, 1, 2, "")
			} else {
				h.advance(time.Second)
				for ok := true; ok; { // the FIN again
					_, ok = h.host.Next(h.now)
				}
			}
			h.wantReturn("close", 1, c.want)
		})
	}
}

func TestLingerInterrupted(t *testing.T) {
	for d, want := range map[spec.Dialect]spec.Errno{spec.Linux: spec.ENONE, spec.MacOS: spec.EINTR} {
		h, fd := lingering(t, d, 0, 10)
		h.want("sigaction", disposed(spec.SigRestart), spec.ENONE)
		h.wantBlock("close", 1, spec.Call{Op: spec.OpClose, FD: fd})
		h.wantFrame("the FIN", "F. 1(0) ack 1")
		h.wantIdle("once")
		h.signal()
		h.wantReturn("close", 1, want)
	}
}

func TestLingerZeroResets(t *testing.T) {
	h, fd := lingering(t, spec.Linux, 0, 0)
	h.want("close", spec.Call{Op: spec.OpClose, FD: fd}, spec.ENONE)
	h.wantFrame("a RST, no FIN", "R. 1(0) ack 1")
	h.wantIdle("no more")
}

// dup2 closes what its new number stood for, and waits for that as close does.
func TestDup2Lingers(t *testing.T) {
	h, fd := lingering(t, spec.Linux, 0, 5)
	other := h.socket(spec.SockStream, 0)
	h.wantBlock("dup2", 1, spec.Call{Op: spec.OpDup2, FD: other, Arg: fd})
	h.wantFrame("the FIN", "F. 1(0) ack 1")
	h.segment(wire.ACK, 1, 2, "")
	if r := h.wantReturn("dup2", 1, spec.ENONE); r.Ret != fd {
		t.Errorf("dup2 gives %d, want %d", r.Ret, fd)
	}
}
