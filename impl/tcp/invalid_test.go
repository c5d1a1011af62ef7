package tcp

import "testing"

// Text that comes again is answered each time: its sender waits for that, and
// asks ever more rarely. What is empty is answered once per InvalidLimit (RFC
// 5961 section 7; Linux tcp_oow_rate_limited).
func TestLimitOfAnswersSparesText(t *testing.T) {
	s := established(t, Linux(1500), "mss 1460")
	s.do("< P. 1:101 ack 1")
	s.do("pass 1s")
	for range 3 {
		expect(t, "text again", s.do("< P. 1:101 ack 1"), ". 1:1(0) ack 101 ESTABLISHED")
	}
	expect(t, "an old empty segment", s.do("< . 1:1 ack 1"), ". 1:1(0) ack 101 ESTABLISHED")
	expect(t, "another", s.do("< . 1:1 ack 1"), "ESTABLISHED")
	expect(t, "text even so", s.do("< P. 1:101 ack 1"), ". 1:1(0) ack 101 ESTABLISHED")
}
