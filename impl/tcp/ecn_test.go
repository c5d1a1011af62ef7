package tcp

import "testing"

// Congestion without loss: RFC 3168, accepted from the peer (tcp_ecn = 2).
var ecnTranscripts = []transcript{
	{"ECN asked for by the peer", []line{
		{"accept SEW 0:0 <mss 500,sackOK,wscale 7>", "SE. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7> win 64240 SYN-RECEIVED"},
		{"< . 1:1 ack 1 win 512", "[established space] ESTABLISHED"},
		{"write 3000", "[ect0] . 1:501(500) ack 1; [ect0] . 501:1001(500) ack 1; [ect0] . 1001:1501(500) ack 1; [ect0] . 1501:2001(500) ack 1; [ect0] P. 2001:2501(500) ack 1; [ect0] P. 2501:3001(500) ack 1 ESTABLISHED"},
		{"< . 1:1 ack 501 win 512", "[space] ESTABLISHED"},
		{"< E. 1:1 ack 1001 win 512", "[space] ESTABLISHED"},
		{"info", "CWR cwnd 6 ssthresh 7 out 4 sacked 0 lost 0 again 0 reordering 3"},
		{"< E. 1:1 ack 2001 win 512", "[space] ESTABLISHED"},
		{"info", "CWR cwnd 6 ssthresh 7 out 2 sacked 0 lost 0 again 0 reordering 3"},
		{"write 1000", "[ect0] W. 3001:3501(500) ack 1; [ect0] P. 3501:4001(500) ack 1 ESTABLISHED"},
		{"< . 1:1 ack 3001 win 512", "[space] ESTABLISHED"},
		{"info", "CWR cwnd 6 ssthresh 7 out 2 sacked 0 lost 0 again 0 reordering 3"},
		{"< [ce] P. 1:11 ack 3001 win 512", "E. 4001:4001(0) ack 11 [data] ESTABLISHED"},
		{"< [ect0] P. 11:21 ack 3001 win 512", "E. 4001:4001(0) ack 21 [data] ESTABLISHED"},
		{"< [ect0] PW. 21:31 ack 3001 win 512", ". 4001:4001(0) ack 31 [data] ESTABLISHED"},
	}},
	{"no ECN for a SYN that is marked", []line{
		{"accept [ect0] SEW 0:0 <mss 500,sackOK,wscale 7>", "S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7> win 64240 SYN-RECEIVED"},
	}},
}

func TestECN(t *testing.T) { play(t, labLinux(), ecnTranscripts) }

func TestECNIsAskedForOnce(t *testing.T) {
	cfg := labLinux()
	cfg.ECN = ECNOn
	s := &subject{t: t, cfg: cfg}
	const options = " 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240"
	expect(t, "an active open", s.do("open"), "SEW"+options+" SYN-SENT")
	expect(t, "its repetition", s.do("pass 1s"), "@1s S"+options+" SYN-SENT")
	s = &subject{t: t, cfg: cfg}
	s.do("open")
	s.do("< SE. 0:0 ack 1 <mss 500>")
	expect(t, "data after an agreement", s.do("write 5"), "[ect0] P. 1:6(5) ack 1 ESTABLISHED")
}
