package impl

import (
	"testing"

	"github.com/connspec/connspec/spec"
)

// connectxTo is connectx to an address, with data unless it is empty.
func connectxTo(fd int32, to string, flags spec.ConnectFlags, data string) spec.Call {
	c := connectTo(fd, to)
	x := spec.Connectx{SourceAt: spec.PointerNull, Vector: spec.PointerNull, Length: spec.PointerNull, Flags: flags}
	if data != "" {
		x.Vector, x.Vectors, x.Length = spec.PointerValid, 1, spec.PointerValid
		c.Buf = []byte(data)
	}
	c.Op, c.Connectx = spec.OpConnectx, &x
	return c
}

func disconnectx(fd int32) spec.Call {
	return spec.Call{Op: spec.OpDisconnectx, FD: fd, Connectx: &spec.Connectx{}}
}

func TestConnectxIsOfMacOS(t *testing.T) {
	for _, d := range []spec.Dialect{spec.POSIX, spec.Linux, spec.OSX, spec.TargetTCP} {
		h := newHarness(t, d)
		fd := h.socket(spec.SockStream, 0)
		h.want("connectx", connectxTo(fd, "192.0.2.1:8080", 0, ""), spec.ENOSYS)
		h.want("disconnectx", disconnectx(fd), spec.ENOSYS)
	}
}

func TestConnectxSendsData(t *testing.T) {
	h := newHarness(t, spec.MacOS)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connectx", connectxTo(fd, "192.0.2.1:8080", 0, "hello"), spec.EINPROGRESS)
	h.wantFrame("the SYN", "S 0(0)")
	h.segment(synAck, 0, 1, "")
	h.wantFrame("the data with the acknowledgement", "P. 1(5) ack 1")
	h.want("disconnectx", disconnectx(fd), spec.ENONE)
	h.wantFrame("the FIN", "F. 6(0) ack 1")
	h.want("the socket stays connected", connectTo(fd, "192.0.2.1:8080"), spec.EISCONN)
}

func TestConnectxResumesLater(t *testing.T) {
	h := newHarness(t, spec.MacOS)
	fd := h.socket(spec.SockStream, 0)
	h.want("connectx", connectxTo(fd, "192.0.2.1:8080", spec.ConnectResumeOnReadWrite, ""), spec.ENONE)
	h.wantIdle("no SYN yet")
	h.wantPoll("writable", fd, spec.PollOut)
	h.wantBlock("a write", 1, spec.Call{Op: spec.OpSend, FD: fd, Buf: []byte("hello")})
	h.wantFrame("sends the SYN", "S 0(0)")
	h.segment(synAck, 0, 1, "")
	h.wantFrame("acknowledged", ". 1(0) ack 1")
	h.wantFrame("and goes on", "P. 1(5) ack 1")
	if r := h.wantReturn("the write", 1, spec.ENONE); r.Ret != 5 {
		t.Errorf("it wrote %d bytes, want 5", r.Ret)
	}
}

func TestDisconnectxDestroysAttempt(t *testing.T) {
	h := newHarness(t, spec.MacOS)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN", "S 0(0)")
	h.want("disconnectx", disconnectx(fd), spec.ENONE)
	h.wantIdle("in silence")
	h.want("the socket is dead", connectTo(fd, "192.0.2.1:8080"), spec.EINVAL)
	h.want("for disconnectx too", disconnectx(fd), spec.EINVAL)
	dgram := h.socket(spec.SockDgram, 0)
	h.want("without a peer", disconnectx(dgram), spec.ENOTCONN)
}
