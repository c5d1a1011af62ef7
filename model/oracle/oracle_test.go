package oracle

import (
	"testing"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// A rejected label leaves the set as it was; Forgive takes it for what was
// due, and what follows is judged.
func TestRejectionAndWhatFollows(t *testing.T) {
	labels := refused()
	o := New(1 << spec.Linux)
	o.Begin()
	for i := range labels[:5] { // up to the SYN
		if o.Feed(&labels[i]) != 0 {
			t.Fatalf("label %d of a connect is rejected", i)
		}
	}
	o.Begin()
	wrong := model.Label{Kind: model.LabelReturn, Ret: model.Return{Ret: -1, Errno: spec.EISCONN}}
	if o.Feed(&wrong) == 0 {
		t.Fatal("connect may return EISCONN where EINPROGRESS is due")
	}
	if v := o.Verdict(spec.Linux); v != model.Diverged {
		t.Errorf("the verdict on it is %v, want %v", v, model.Diverged)
	}
	o.Forgive(&wrong)
	o.Begin()
	for i := 6; i < 10; i++ {
		if o.Feed(&labels[i]) != 0 {
			t.Errorf("label %d, after the deviation, is rejected", i)
		}
	}
	if v := o.Verdict(spec.Linux); v != model.Specified {
		t.Errorf("the verdict on the poll after it is %v, want %v", v, model.Specified)
	}
}

// What the host owes must be seen before it is quiet.
func TestSettleNeedsWhatIsDue(t *testing.T) {
	labels := refused()
	o := New(1 << spec.Linux)
	for i := range labels[:4] {
		o.Feed(&labels[i])
	}
	if o.Feed(&model.Label{Kind: model.LabelSettle}) == 0 {
		t.Error("a connect is over without SYN and return")
	}
}

// POSIX lets any check that fails win: one call, several worlds.
func TestSeveralAnswers(t *testing.T) {
	for _, c := range []struct {
		d    spec.Dialect
		want bool
	}{{spec.POSIX, true}, {spec.Linux, false}, {spec.MacOS, false}} {
		o := New(1 << c.d)
		o.Begin()
		o.Feed(&model.Label{Kind: model.LabelCall, Call: model.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream}})
		o.Feed(&model.Label{Kind: model.LabelReturn, Ret: model.Return{Ret: 3}})
		o.Begin()
		o.Feed(&model.Label{Kind: model.LabelCall, Call: model.Call{Op: spec.OpConnect, FD: 3,
			To: model.Sockaddr{Family: spec.AFUnknown, Addr: model.AddrRemote1, Port: 1, Len: 8}}})
		if got := o.Several(c.d); got != c.want {
			t.Errorf("%v: several answers to a short address of another family: %v, want %v", c.d, got, c.want)
		}
	}
}

func TestOracleDoesNotAllocate(t *testing.T) {
	labels := refused()
	for _, d := range []model.Dialects{1 << spec.Linux, model.AllDialects} {
		o := New(d)
		run := func() {
			o.Reset()
			o.Begin()
			for i := range labels {
				o.Feed(&labels[i])
			}
			o.Verdict(spec.Linux)
		}
		run()
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%b: %v allocations in a trace, want none", d, n)
		}
	}
}
