package run

import (
	"net/netip"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
)

func segment(port uint16, flags script.TCPFlags) script.Output {
	return script.Output{Kind: script.OutputFrame, Frame: script.Frame{Proto: script.ProtoTCP, Flags: flags,
		Src: netip.AddrPortFrom(script.Own, port), Dst: netip.AddrPortFrom(script.Remote1, script.RemotePort)}}
}

func TestOrderInTimeCountsWithinAConnection(t *testing.T) {
	syn1, syn2, rst1 := segment(1, script.SYN), segment(2, script.SYN), segment(1, script.RST)
	for _, c := range []struct {
		name string
		a, b []script.Output
		want bool
	}{
		{"two connections in either order", []script.Output{syn1, syn2}, []script.Output{syn2, syn1}, true},
		{"one connection in another order", []script.Output{syn1, rst1}, []script.Output{rst1, syn1}, false},
		{"one less", []script.Output{syn1, syn2}, []script.Output{syn1}, false},
		{"another connection", []script.Output{syn1}, []script.Output{syn2}, false},
	} {
		a := &script.Trace{Steps: []script.Step{{During: c.a}}}
		b := &script.Trace{Steps: []script.Step{{During: c.b}}}
		if _, differ := firstDifference(a, b); differ == c.want {
			t.Errorf("%s: differ = %v, want %v", c.name, differ, !c.want)
		}
	}
	a := &script.Trace{Steps: []script.Step{{After: []script.Output{syn1, syn2}}}}
	b := &script.Trace{Steps: []script.Step{{After: []script.Output{syn2, syn1}}}}
	if _, differ := firstDifference(a, b); !differ {
		t.Error("the order of what one event brings does not count, want it to")
	}
}
