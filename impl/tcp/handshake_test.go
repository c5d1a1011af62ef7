package tcp

import "testing"

// Compared with the running kernel, Linux 6.18, by hand.
var handshakeTranscripts = []transcript{
	{"SYNs go unanswered", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"pass 4s", "@1s S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240; @2s S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 [timedout closed] CLOSED"},
	}},
	{"an ACK of something else is refused, and the SYN goes again", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< . 500:500 ack 77", "R 77:77(0) SYN-SENT"},
		{"pass 8ms", "@8ms S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< . 500:500 ack 78", "R 78:78(0) SYN-SENT"},
		{"< R. 0:0 ack 99", "SYN-SENT"},
		{"< R 0:0", "SYN-SENT"},
		{"pass 5s", "@1s S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240; @2s S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 [timedout closed] CLOSED"},
	}},
	{"the peer refuses", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< R. 0:0 ack 1", "[refused closed] CLOSED"},
	}},
	{"text and FIN of a SYN|ACK are left for later", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< SF. 0:5 ack 1 <mss 1460,sackOK,wscale 7>", ". 1:1(0) ack 1 [established space] ESTABLISHED"},
		{"< FP. 1:6 ack 1", "[peerclosed data] CLOSE-WAIT"},
		{"pass 60ms", "@40ms . 1:1(0) ack 7 CLOSE-WAIT"},
	}},
	{"SYN-RECEIVED answers what is not acceptable", []line{
		{"accept S 0:0 win 65535 <mss 1460,sackOK,wscale 7>", "S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7> win 64240 SYN-RECEIVED"},
		{"< S 0:0", "S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7> win 64240 SYN-RECEIVED"},
		{"< . 1:1 ack 50", "R 50:50(0) SYN-RECEIVED"},
		{"< . 100000:100000 ack 1", ". 1:1(0) ack 1 SYN-RECEIVED"},
		{"< R 100000:100000", "SYN-RECEIVED"},
		{"< R 50:50", ". 1:1(0) ack 1 SYN-RECEIVED"},
		{"< S 5:5", "R. -7000:-7000(0) ack 6 [reset closed] CLOSED"},
	}},
	{"an exact RST ends SYN-RECEIVED", []line{
		{"accept S 0:0 win 65535 <mss 1460>", "S. 0:0(0) ack 1 <mss 1460> win 64240 SYN-RECEIVED"},
		{"< R 1:1", "[reset closed] CLOSED"},
	}},
	{"SYN|ACKs go unanswered", []line{
		{"accept S 0:0 win 65535 <mss 1460,sackOK,TS 1,wscale 7>", "S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 65160 SYN-RECEIVED"},
		{"pass 70s", "@1s S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 65160; @3s S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 65160; @7s S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 65160; @15s S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 65160; @31s S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 65160 [timedout closed] CLOSED"},
	}},
	{"the ACK of the SYN|ACK brings text", []line{
		{"accept S 0:5 win 65535 <mss 1460,sackOK,wscale 7>", "S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7> win 64240 SYN-RECEIVED"},
		{"< P. 1:6 ack 1", ". 1:1(0) ack 6 [established data space] ESTABLISHED"},
	}},
	{"text at the number of the SYN loses its first byte", []line{
		{"accept S 0:0 win 65535 <mss 1460,sackOK,wscale 7>", "S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7> win 64240 SYN-RECEIVED"},
		{"< P. 0:5 ack 1", ". 1:1(0) ack 5 <sack 0:1> [established data space] ESTABLISHED"},
	}},
	{"both sides open", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S 0:0 <mss 1460,sackOK,TS 1,wscale 7>", "S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-RECEIVED"},
		{"< S 0:0", ". 1:1(0) ack 1 <TS> SYN-RECEIVED"},
		{"< S. 0:0 ack 1", ". 1:1(0) ack 1 <TS,sack 0:1> [established space] ESTABLISHED"},
		{"write 1", "P. 1:2(1) ack 1 <TS> ESTABLISHED"},
	}},
	{"simultaneous open answers a bad ACK and dies of a RST", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S 0:0 win 1000", "S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-RECEIVED"},
		{"< . 1:1 ack 77", "R 77:77(0) SYN-RECEIVED"},
		{"< R 1:1", "[reset closed] CLOSED"},
	}},
	{"close before a simultaneous open is done", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S 0:0 win 1000", "S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-RECEIVED"},
		{"close", "F. 1:1(0) ack 1 FIN-WAIT-1"},
		{"pass 1100ms", "@1s S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 64240 FIN-WAIT-1"},
		{"< . 1:1 ack 1", "FIN-WAIT-1"},
	}},
	{"the FIN of a simultaneous open goes ahead of the text that completes it", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S 0:0 win 1000", "S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-RECEIVED"},
		{"shutdown wr", "SYN-RECEIVED"},
		{"< P. 1:6 ack 1", "F. 1:1(0) ack 1; . 2:2(0) ack 6 [established data space] FIN-WAIT-1"},
	}},
	{"nobody reads what completes a simultaneous open", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S 0:0 win 1000", "S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-RECEIVED"},
		{"shutdown rd", "SYN-RECEIVED"},
		{"shutdown wr", "SYN-RECEIVED"},
		{"< P. 1:6 ack 1", "F. 1:1(0) ack 1; R 1:1(0) [established aborted space closed] CLOSED"},
	}},
	{"an ACK of nothing completes a simultaneous open", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S 0:0 win 1000", "S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-RECEIVED"},
		{"< P. 1:6 ack 0", ". 1:1(0) ack 6 [established data space] ESTABLISHED"},
		{"write 3", "P. 1:4(3) ack 6 ESTABLISHED"},
		{"< P. 6:9 ack 1", "[data] ESTABLISHED"},
	}},
	{"after two lost SYNs one segment at a time, and be it a FIN", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"pass 2500ms", "@1s S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240; @2s S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S. 0:0 ack 1 win 65535", ". 1:1(0) ack 1 [established space] ESTABLISHED"},
		{"write 16", "P. 1:17(16) ack 1 ESTABLISHED"},
		{"shutdown wr", "FIN-WAIT-1"},
		{"< . 1:1 ack 17", "F. 17:17(0) ack 1 [space] FIN-WAIT-1"},
	}},
	{"abort in SYN-SENT is silent", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"abort", "CLOSED"},
		{"< S. 0:0 ack 1", "CLOSED"},
	}},
	{"timestamps show an old segment", []line{
		{"accept S 0:0 <mss 1460,sackOK,TS 1000,wscale 7>", "S. 0:0(0) ack 1 <mss 1460,sackOK,TS,wscale 7> win 65160 SYN-RECEIVED"},
		{"< . 1:1 ack 1 <TS 1001>", "[established space] ESTABLISHED"},
		{"< P. 1:6 ack 1 <TS 1002>", ". 1:1(0) ack 6 <TS> [data] ESTABLISHED"},
		{"< P. 6:11 ack 1 <TS 900>", ". 1:1(0) ack 6 <TS> ESTABLISHED"},
		{"< S. 6:6 ack 1 <TS 900>", ". 1:1(0) ack 6 <TS> ESTABLISHED"},
		{"< R. 6:6 ack 1 <TS 900>", "[reset closed] CLOSED"},
	}},
}

func TestHandshake(t *testing.T) { play(t, labLinux(), handshakeTranscripts) }
