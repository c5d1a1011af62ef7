package run

import "testing"

func TestGistLeavesOutWhatDiffersFromScriptToScript(t *testing.T) {
	for _, c := range [][2]string{
		{`connect(3, {sa_family=AF_INET, sin_port=htons(8080)}, 16) = -1 EISCONN (Transport endpoint is already connected)`,
			`connect(7, {sa_family=AF_INET, sin_port=htons(P2)}, 12) = -1 EISCONN (Transport endpoint is already connected)`},
		{"> 192.168.0.1.P1 > 192.0.2.1.8080: S. 0:0(0) ack 1 win 64240 <mss 1460>",
			"> 192.168.0.1.8080 > 192.0.2.2.40000: S. 0:0(0) ack 17 win 502 <mss 1460,sackOK>"},
	} {
		if a, b := gistOf(c[0]), gistOf(c[1]); a != b {
			t.Errorf("gists %q and %q, want the same", a, b)
		}
	}
	for _, c := range [][2]string{
		{"connect(3) = -1 EISCONN (x)", "connect(3) = -1 EALREADY (x)"},
		{"connect(3) = 0", "connect(3) = -1 EALREADY (x)"},
		{"> 192.168.0.1.P1 > 192.0.2.1.8080: S. 0:0(0) ack 1", "> 192.168.0.1.P1 > 192.0.2.1.8080: . 0:0(0) ack 1"},
	} {
		if a, b := gistOf(c[0]), gistOf(c[1]); a == b {
			t.Errorf("%q and %q have the gist %q, want two", c[0], c[1], a)
		}
	}
}
