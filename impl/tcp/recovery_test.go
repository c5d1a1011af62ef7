package tcp

import "testing"

// Compared with the running kernel, Linux 6.18, by hand.
var recoveryTranscripts = []transcript{
	{"retransmission", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S. 0:0 ack 1 win 65535 <mss 1460>", ". 1:1(0) ack 1 [established space] ESTABLISHED"},
		{"write 3", "P. 1:4(3) ack 1 ESTABLISHED"},
		{"pass 1600ms", "@200.001ms P. 1:4(3) ack 1; @600.003ms P. 1:4(3) ack 1; @1.400007s P. 1:4(3) ack 1 ESTABLISHED"},
	}},
	{"tail loss probe before retransmission", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S. 0:0 ack 1 win 65535 <mss 1460,sackOK,wscale 7>", ". 1:1(0) ack 1 [established space] ESTABLISHED"},
		{"write 3", "P. 1:4(3) ack 1 ESTABLISHED"},
		{"pass 1800ms", "@200.001ms P. 1:4(3) ack 1; @400.002ms P. 1:4(3) ack 1; @800.004ms P. 1:4(3) ack 1; @1.600008s P. 1:4(3) ack 1 ESTABLISHED"},
	}},
	{"retransmission backs off to the limit", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S. 0:0 ack 1 win 65535 <mss 1460>", ". 1:1(0) ack 1 [established space] ESTABLISHED"},
		{"write 3", "P. 1:4(3) ack 1 ESTABLISHED"},
		{"pass 1000s", "@200.001ms P. 1:4(3) ack 1; @600.003ms P. 1:4(3) ack 1; @1.400007s P. 1:4(3) ack 1; @3.000015s P. 1:4(3) ack 1; @6.200031s P. 1:4(3) ack 1; @12.600063s P. 1:4(3) ack 1; @25.400127s P. 1:4(3) ack 1; @51.000255s P. 1:4(3) ack 1; @1m42.200511s P. 1:4(3) ack 1; @3m24.601023s P. 1:4(3) ack 1; @5m24.601023s P. 1:4(3) ack 1; @7m24.601023s P. 1:4(3) ack 1; @9m24.601023s P. 1:4(3) ack 1; @11m24.601023s P. 1:4(3) ack 1; @13m24.601023s P. 1:4(3) ack 1; @15m24.601023s P. 1:4(3) ack 1 ESTABLISHED"},
	}},
	{"three duplicate ACKs and a partial ACK", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S. 0:0 ack 1 win 65535 <mss 100>", ". 1:1(0) ack 1 [established space] ESTABLISHED"},
		{"nodelay", "ESTABLISHED"},
		{"write 100", "P. 1:101(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 101:201(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 201:301(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 301:401(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 401:501(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 501:601(100) ack 1 ESTABLISHED"},
		{"< . 1:1 ack 1", "ESTABLISHED"},
		{"< . 1:1 ack 1", "ESTABLISHED"},
		{"< . 1:1 ack 1", "ESTABLISHED"},
		{"< . 1:1 ack 1", ". 1:101(100) ack 1 ESTABLISHED"},
		{"< . 1:1 ack 1", "ESTABLISHED"},
		{"< . 1:1 ack 301", ". 301:401(100) ack 1 [space] ESTABLISHED"},
		{"< . 1:1 ack 601", "[space] ESTABLISHED"},
	}},
	{"one SACK and the reordering timer", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S. 0:0 ack 1 win 65535 <mss 100,sackOK>", ". 1:1(0) ack 1 [established space] ESTABLISHED"},
		{"nodelay", "ESTABLISHED"},
		{"write 100", "P. 1:101(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 101:201(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 201:301(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 301:401(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 401:501(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 501:601(100) ack 1 ESTABLISHED"},
		{"< . 1:1 ack 1 <sack 101:201>", "ESTABLISHED"},
		{"pass 12ms", "@8.00025ms . 1:101(100) ack 1 ESTABLISHED"},
		{"< . 1:1 ack 1 <sack 101:301>", "ESTABLISHED"},
		{"< . 1:1 ack 401", ". 401:501(100) ack 1; P. 501:601(100) ack 1 [space] ESTABLISHED"},
		{"< . 1:1 ack 601", "[space] ESTABLISHED"},
	}},
	{"three segments SACKed at once", []line{
		{"open", "S 0:0(0) <mss 1460,sackOK,TS,wscale 7> win 64240 SYN-SENT"},
		{"< S. 0:0 ack 1 win 65535 <mss 100,sackOK>", ". 1:1(0) ack 1 [established space] ESTABLISHED"},
		{"nodelay", "ESTABLISHED"},
		{"write 100", "P. 1:101(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 101:201(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 201:301(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 301:401(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 401:501(100) ack 1 ESTABLISHED"},
		{"write 100", "P. 501:601(100) ack 1 ESTABLISHED"},
		{"< . 1:1 ack 1 <sack 101:401>", ". 1:101(100) ack 1 ESTABLISHED"},
	}},
}

func TestRecovery(t *testing.T) { play(t, labLinux(), recoveryTranscripts) }
