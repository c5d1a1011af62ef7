package script

import (
	"testing"
	"time"

	"github.com/connspec/connspec/spec"
)

// refusedTrace is a blocking connect by a second thread that is refused after
// its SYN went out twice, as a target takes it down.
func refusedTrace(t *testing.T) *Trace {
	s, err := Parse("refused", []byte(`// Refused
+0 socket(AF_INET, SOCK_STREAM, IPPROTO_IP)
+0 [pid 1] connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16)
+0.5 > S 0:0(0) <...>
+1 close(9)
+0 < R. 0:0(0) ack 1
+2 `+"`true`"+`
`))
	if err != nil {
		t.Fatal(err)
	}
	syn := Frame{Proto: ProtoTCP, Src: at("192.168.0.1", PortFirst), Dst: at("192.0.2.1", 8080), Flags: SYN, Window: 64240, HasWindow: true,
		Options: TCPOptions{MSS: 1460, WindowScale: 8, SACKPermitted: true, Timestamps: true}}
	foreign := syn
	foreign.Dst = at("192.0.2.2", 8080)
	return &Trace{Script: s, Steps: []Step{
		{After: []Output{{Kind: OutputReturn, Op: spec.OpSocket, Result: spec.Result{Ret: 3}}}},
		{After: []Output{{Kind: OutputFrame, Frame: syn}, {Kind: OutputBlock, Thread: 1, Op: spec.OpConnect}}},
		{},
		{During: []Output{{Kind: OutputFrame, Frame: syn}}, After: []Output{{Kind: OutputReturn, Op: spec.OpClose, Result: spec.Fail(spec.EBADF)}}},
		{After: []Output{{Kind: OutputReturn, Thread: 1, Op: spec.OpConnect, Result: spec.Fail(spec.ECONNREFUSED)}, {Kind: OutputFrame, Frame: foreign}}},
		{},
	}}
}

func TestFormatTrace(t *testing.T) {
	const want = `// Refused
+0 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
+0 [pid 1] connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16 <unfinished ...>
+0 > S 0:0(0) <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 7>
+1.5 > S 0:0(0) <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 7>
+0 close(9) = -1 EBADF (Bad file descriptor)
+0 < R. 0:0(0) ack 1
+0 [pid 1] <... connect resumed>) = -1 ECONNREFUSED (Connection refused)
+0 > 192.168.0.1.P1 > 192.0.2.2.8080: S 0:0(0) <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 7>
+2 ` + "`true`\n"
	tr := refusedTrace(t)
	got := FormatTrace(tr)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	s, err := Parse("again", []byte(got))
	if err != nil {
		t.Fatal(err)
	}
	if printed := Format(s); printed != want {
		t.Errorf("a trace reads back as\n%s", printed)
	}
	if e := s.Events[3]; e.Kind != EventExpect || e.Delay != 1500*time.Millisecond || !e.MatchesFrame(tr.Steps[3].During[0].Frame) {
		t.Errorf("the second SYN is no expectation of what was seen: %+v", e)
	}
}

func TestFormatOutput(t *testing.T) {
	for _, c := range []struct {
		out  Output
		want string
	}{
		{Output{Kind: OutputReturn, Op: spec.OpConnect, Result: spec.Fail(spec.EINPROGRESS)}, "connect(...) = -1 EINPROGRESS (Operation now in progress)"},
		{Output{Kind: OutputReturn, Thread: 2, Op: spec.OpGetsockopt, Result: spec.Result{Value: int32(spec.EPROTO)}}, "[pid 2] getsockopt(..., [EPROTO]) = 0"},
		{Output{Kind: OutputReturn, Op: spec.OpAccept, Result: spec.Result{Ret: 4, Addr: inet("192.0.2.1", 5), AddrLen: 16}},
			`accept(..., {sa_family=AF_INET, sin_port=htons(5), sin_addr=inet_addr("192.0.2.1")}, [16]) = 4`},
		{Output{Kind: OutputBlock, Op: spec.OpRecv}, "recv(... <unfinished ...>"},
		{Output{Kind: OutputFrame, Frame: Frame{Proto: ProtoUDP, Src: at("192.168.0.1", PortFirst+2), Dst: at("192.0.2.1", 53), Len: 3}}, "> 192.168.0.1.P3 > 192.0.2.1.53: udp (3)"},
	} {
		if got := FormatOutput(c.out); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestEqualOutput(t *testing.T) {
	base := Frame{Proto: ProtoTCP, Src: at("192.168.0.1", PortFirst), Dst: at("192.0.2.1", 8080), Flags: ACK, Seq: 1, Ack: 1, Window: 5,
		Options: TCPOptions{MSS: 1460, WindowScale: 8}}
	for _, c := range []struct {
		name   string
		change func(*Frame)
		equal  bool
	}{
		{"nothing", func(*Frame) {}, true},
		{"window", func(f *Frame) { f.Window, f.HasWindow = 9, true }, true},
		{"PSH", func(f *Frame) { f.Flags |= PSH }, true},
		{"value of MSS", func(f *Frame) { f.Options.MSS = 536 }, true},
		{"MSS", func(f *Frame) { f.Options.MSS = 0 }, false},
		{"timestamps", func(f *Frame) { f.Options.Timestamps = true }, false},
		{"FIN", func(f *Frame) { f.Flags |= FIN }, false},
		{"sequence number", func(f *Frame) { f.Seq = 2 }, false},
		{"acknowledgement", func(f *Frame) { f.Ack = 2 }, false},
		{"length", func(f *Frame) { f.Len = 1 }, false},
		{"port", func(f *Frame) { f.Src = at("192.168.0.1", PortFirst+1) }, false},
	} {
		f := base
		c.change(&f)
		a, b := Output{Kind: OutputFrame, Frame: base}, Output{Kind: OutputFrame, Frame: f}
		if EqualOutput(a, b) != c.equal {
			t.Errorf("another %s: equal is %v", c.name, !c.equal)
		}
	}
	ok := Output{Kind: OutputReturn, Op: spec.OpConnect}
	failed := Output{Kind: OutputReturn, Op: spec.OpConnect, Result: spec.Fail(spec.EISCONN)}
	other := ok
	other.Thread = 1
	if EqualOutput(ok, failed) || EqualOutput(ok, other) || !EqualOutputs([]Output{ok, failed}, []Output{ok, failed}) {
		t.Errorf("returns compare by thread and result")
	}
}
