package tcp

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// established is a subject after the handshake, with the peer's options given.
func established(t *testing.T, cfg *Config, options string) *subject {
	t.Helper()
	s := &subject{t: t, cfg: cfg}
	s.do("open")
	if got := s.do("< S. 0:0 ack 1 win 65535 <" + options + ">"); !strings.HasSuffix(got, "ESTABLISHED") {
		t.Fatalf("the handshake ends in %q, want ESTABLISHED", got)
	}
	return s
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s gives\n     %s\nwant %s", what, got, want)
	}
}

func TestBSDAcknowledgesPushAndFinAtOnce(t *testing.T) {
	s := established(t, BSD(1500), "mss 1460")
	expect(t, "data without PSH", s.do("< . 1:101 ack 1"), "[data] ESTABLISHED")
	expect(t, "time", s.do("pass 200ms"), "@100ms . 1:1(0) ack 101 ESTABLISHED")
	expect(t, "data with PSH", s.do("< P. 101:201 ack 1"), ". 1:1(0) ack 201 [data] ESTABLISHED")
	expect(t, "a FIN", s.do("< F. 201:201 ack 1"), ". 1:1(0) ack 202 [peerclosed] CLOSE-WAIT")
	expect(t, "close with data unread", s.do("close"), "F. 1:1(0) ack 202 LAST-ACK")
}

func TestBSDProbesWithAByte(t *testing.T) {
	s := established(t, BSD(1500), "mss 1460")
	s.do("< . 1:1 ack 1 win 0")
	expect(t, "a write into a shut window", s.do("write 300"), "ESTABLISHED")
	expect(t, "time", s.do("pass 300ms"), "@230ms . 1:2(1) ack 1 ESTABLISHED")
	expect(t, "the window opening", s.do("< . 1:1 ack 1 win 1000"), "P. 1:301(300) ack 1 ESTABLISHED")
}

func TestUserTimeout(t *testing.T) {
	s := established(t, labLinux(), "mss 1460")
	s.c.SetUserTimeout(time.Second)
	s.do("write 5")
	expect(t, "silence", s.do("pass 10s"),
		"@200.001ms P. 1:6(5) ack 1; @600.003ms P. 1:6(5) ack 1 [timedout closed] CLOSED")
}

func TestSynRetriesOfOneConnection(t *testing.T) {
	s := &subject{t: t, cfg: BSD(1500)}
	s.do("open")
	s.c.SetSynRetries(2)
	const syn = "S 0:0(0) <mss 1460,sackOK,TS,wscale 6> win 64240"
	expect(t, "silence", s.do("pass 100s"), fmt.Sprintf("@1s %s; @3s %s [timedout closed] CLOSED", syn, syn))
}

func TestSmallerMTU(t *testing.T) {
	s := established(t, labLinux(), "mss 1460")
	s.do("write 1460")
	if !s.c.Quotes(subjectISS+1) || s.c.Quotes(subjectISS+5000) {
		t.Error("Quotes says that 1 is not in flight, or that 5000 is")
	}
	s.c.SetMTU(s.now, 1040)
	expect(t, "a smaller MTU", s.outcome(s.drain(), 0), ". 1:1001(1000) ack 1; P. 1001:1461(460) ack 1 ESTABLISHED")
	s.do("< . 1:1 ack 1461")
	s.do("write 10")
	s.c.SetMTU(s.now, 800)
	expect(t, "an MTU that what is in flight fits", s.outcome(s.drain(), 0), "ESTABLISHED")
}

func TestAckRidesOnWaitingData(t *testing.T) {
	s := &subject{t: t, cfg: labLinux()}
	s.do("open")
	s.c.AwaitWrite(true)
	expect(t, "SYN|ACK", s.do("< S. 0:0 ack 1 <mss 1460>"), "[established space] ESTABLISHED")
	expect(t, "the write", s.do("write 5"), "P. 1:6(5) ack 1 ESTABLISHED")
}

func TestTimeWaitGivesWayToANewerSyn(t *testing.T) {
	s := established(t, labLinux(), "mss 1460,TS 100")
	s.do("shutdown wr")
	expect(t, "the peer's FIN", s.do("< F. 1:1 ack 2 <TS 101>"), ". 2:2(0) ack 2 <TS> [peerclosed finacked] TIME-WAIT")
	expect(t, "an older SYN", s.do("< S 0:0 <TS 101>"), ". 2:2(0) ack 2 <TS> TIME-WAIT")
	expect(t, "a SYN with a later timestamp", s.do("< S 0:0 <TS 102>"), ". 2:2(0) ack 2 <TS> [superseded] TIME-WAIT")
	if got := s.c.SuccessorISS() - subjectISS; got != 2+successorGap {
		t.Errorf("the successor starts %d after the old ISS, want %d", got, 2+successorGap)
	}
}

func TestWindowCloses(t *testing.T) {
	cfg := labLinux()
	cfg.ReceiveBuffer = 3000
	s := established(t, cfg, "mss 1460")
	expect(t, "a full buffer", s.do("< . 1:2921 ack 1"), ". 1:1(0) ack 2921 [data] ESTABLISHED")
	if w := s.c.receiveWindow(); w != 0 {
		t.Errorf("the window is %d with 79 bytes free, want 0", w)
	}
	expect(t, "data beyond the window", s.do("< P. 2921:4381 ack 1"), ". 1:1(0) ack 2921 ESTABLISHED")
	expect(t, "reading a little", s.do("read 100"), "ESTABLISHED")
	expect(t, "reading the rest", s.do("read 3000"), ". 1:1(0) ack 2921 ESTABLISHED")
	expect(t, "data again", s.do("< P. 2921:4381 ack 1"), "[data] ESTABLISHED")
}

func TestCopyGoesOnAlone(t *testing.T) {
	s := established(t, labLinux(), "mss 1460,sackOK,wscale 7")
	s.do("write 100")
	s.do("< P. 11:21 ack 1")
	var clone Conn
	s.c.CopyTo(&clone)
	before := string(clone.AppendState(s.now, nil))
	if got := string(s.c.AppendState(s.now, nil)); got != before {
		t.Fatal("a copy differs from its original")
	}
	s.do("< P. 1:11 ack 101")
	s.do("write 5")
	if got := string(clone.AppendState(s.now, nil)); got != before {
		t.Error("the original's life changes the copy")
	}
	s.c, s.now = clone, s.now+time.Second
	expect(t, "the copy, fed the same,", s.do("< P. 1:11 ack 101"), ". 101:101(0) ack 21 [data space] ESTABLISHED")
}

func TestTrimGivesBuffersBack(t *testing.T) {
	s := established(t, labLinux(), "mss 1460")
	s.do("write 100")
	s.do("< P. 1:101 ack 101")
	s.c.Trim()
	if len(s.c.snd.buf) != 0 || len(s.c.rcv.buf) == 0 {
		t.Errorf("buffers are %d and %d bytes, want none and that of the unread data", len(s.c.snd.buf), len(s.c.rcv.buf))
	}
	s.do("read 100")
	s.c.Trim()
	if len(s.c.rcv.buf) != 0 {
		t.Errorf("the receive buffer is %d bytes, want none", len(s.c.rcv.buf))
	}
}
