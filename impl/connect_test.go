package impl

import (
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

const synAck = wire.SYN | wire.ACK
const rstAck = wire.RST | wire.ACK

func TestBlockingConnect(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, 0)
	h.wantBlock("connect waits for the handshake", 1, connectTo(fd, "192.0.2.1:8080"))
	h.wantFrame("the SYN leaves at once", "S 0(0)")
	h.wantIdle("and nothing else")
	h.segment(synAck, 0, 1, "")
	h.wantFrame("the handshake is completed", ". 1(0) ack 1")
	h.wantReturn("connect returns", 1, spec.ENONE)
	h.want("a second connect", connectTo(fd, "192.0.2.1:8080"), spec.EISCONN)
	h.wantPoll("connected", fd, spec.PollOut)
}

func TestSuccessIsReportedOnce(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN", "S 0(0)")
	h.want("connect again", connectTo(fd, "192.0.2.1:8080"), spec.EALREADY)
	h.segment(synAck, 0, 1, "")
	h.wantFrame("the ACK", ". 1(0) ack 1")
	h.want("the first connect after success", connectTo(fd, "192.0.2.2:1"), spec.ENONE)
	h.want("the second", connectTo(fd, "192.0.2.1:8080"), spec.EISCONN)
}

func TestTimeout(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, 0)
	h.wantBlock("connect", 1, connectTo(fd, "192.0.2.1:8080"))
	h.wantFrame("the SYN", "S 0(0)")
	h.advance(999 * time.Millisecond)
	h.wantIdle("not before a second")
	h.advance(time.Millisecond)
	h.wantFrame("it is repeated after a second", "S 0(0)")
	h.wantIdle("once")
	h.advance(time.Second)
	h.wantFrame("and after another", "S 0(0)")
	h.advance(999 * time.Millisecond)
	h.wantIdle("still waiting")
	h.wantBlock("another thread joins", 2, connectTo(fd, "192.0.2.1:8080"))
	h.advance(time.Millisecond)
	h.wantIdle("no fourth")
	h.wantReturn("connect gives up", 1, spec.ETIMEDOUT)
	h.wantReturn("the other finds nothing to wait for", 2, spec.EPIPE)
}

func TestRefusedSocketIsReusable(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN", "S 0(0)")
	h.segment(wire.RST, 0, 0, "")
	h.wantPoll("a RST without ACK is ignored", fd, 0)
	h.segment(rstAck, 0, 1, "")
	h.wantPoll("refused", fd, spec.PollIn|spec.PollOut|spec.PollErr|spec.PollHup|spec.PollRdhup)
	h.want("connect reports it", connectTo(fd, "192.0.2.1:8080"), spec.ECONNREFUSED)
	h.wantPoll("and the socket is as new", fd, spec.PollOut|spec.PollHup)
	h.want("a new attempt", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("sends a SYN", "S 0(0)")
	h.segment(rstAck, 0, 1, "")
	h.wantSoError("read the error", fd, spec.ECONNREFUSED)
	h.want("then connect has none to report", connectTo(fd, "192.0.2.1:8080"), spec.ECONNABORTED)
	h.want("and the one after starts afresh", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
}

func TestTwoThreadsBlockedOnRefusal(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, 0)
	h.wantBlock("the first", 1, connectTo(fd, "192.0.2.1:8080"))
	h.wantBlock("the second joins", 2, connectTo(fd, "192.0.2.2:8080"))
	h.wantFrame("one SYN", "S 0(0)")
	h.segment(rstAck, 0, 1, "")
	h.wantReturn("the first gets the error", 1, spec.ECONNREFUSED)
	h.wantReturn("the second is pulled away", 2, spec.EPIPE)
}

func TestICMPWhileConnecting(t *testing.T) {
	for _, c := range []struct {
		typ, code uint8
		want      spec.Errno
	}{
		{3, 0, spec.ENETUNREACH}, {3, 1, spec.EHOSTUNREACH}, {3, 2, spec.ENOPROTOOPT}, {3, 3, spec.ECONNREFUSED},
		{3, 5, spec.EOPNOTSUPP}, {3, 7, spec.EHOSTDOWN}, {3, 8, spec.ENONET}, {3, 13, spec.EHOSTUNREACH},
		{11, 0, spec.EHOSTUNREACH}, {12, 0, spec.EPROTO},
		{3, 4, 0}, {3, 16, 0}, {4, 0, 0}, {5, 1, 0}, {11, 1, 0},
	} {
		h := newHarness(t, spec.Linux)
		fd := h.socket(spec.SockStream, spec.SockNonblock)
		h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
		h.wantFrame("the SYN", "S 0(0)")
		h.unreachable(c.typ, c.code, 77)
		h.want("another sequence number is ignored", connectTo(fd, "192.0.2.1:8080"), spec.EALREADY)
		h.unreachable(c.typ, c.code, 0)
		if c.want == 0 {
			h.want("no effect", connectTo(fd, "192.0.2.1:8080"), spec.EALREADY)
		} else {
			h.want("hard", connectTo(fd, "192.0.2.1:8080"), c.want)
			h.wantPoll("the error queue keeps POLLERR", fd, spec.PollOut|spec.PollHup|spec.PollErr)
		}
	}
}

func TestUnspecResetsConnection(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN", "S 0(0)")
	h.segment(synAck, 0, 1, "")
	h.wantFrame("the ACK", ". 1(0) ack 1")
	h.want("dissolve", unspec(fd), spec.ENONE)
	h.wantFrame("the peer is told", "R. 1(0) ack 1")
	h.wantPoll("the socket is closed with an error", fd, spec.PollOut|spec.PollErr|spec.PollHup)
	h.wantSoError("it is", fd, spec.ECONNRESET)
	h.want("it can connect again", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("with a SYN", "S 0(0)")
}

func TestResetOfEstablished(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, 0)
	h.wantBlock("connect", 1, connectTo(fd, "192.0.2.1:8080"))
	h.wantFrame("the SYN", "S 0(0)")
	h.segment(synAck, 0, 1, "")
	h.wantFrame("the ACK", ". 1(0) ack 1")
	h.wantReturn("connect", 1, spec.ENONE)
	h.segment(rstAck, 1, 1, "")
	h.wantSoError("reset", fd, spec.ECONNRESET)
	h.want("the socket stays connected for ever", connectTo(fd, "192.0.2.1:8080"), spec.EISCONN)
	h.want("until it is dissolved", unspec(fd), spec.ENONE)
	h.wantBlock("then it connects", 1, connectTo(fd, "192.0.2.1:8080"))
}
