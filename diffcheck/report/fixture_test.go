package report

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// refused is a divergence of two steps: connect on impl gives EISCONN where the
// kernel gives EINPROGRESS.
func refused() *run.Divergence {
	sc := &script.Script{Name: "1-5", Events: []script.Event{
		{Kind: script.EventCall, Call: spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, SockFlags: spec.SockNonblock}},
		{Kind: script.EventCall, Call: spec.Call{Op: spec.OpConnect, FD: 3, AddrLen: spec.SizeofSockaddrIn,
			Addr: spec.SockaddrInet(netip.AddrPortFrom(script.Remote1, script.RemotePort))}},
	}}
	trace := func(target string, e spec.Errno) script.Trace {
		return script.Trace{Target: target, Script: sc, Steps: []script.Step{
			{After: []script.Output{{Kind: script.OutputReturn, Op: spec.OpSocket, Result: spec.Result{Ret: 3}}}},
			{After: []script.Output{{Kind: script.OutputReturn, Op: spec.OpConnect, Result: spec.Fail(e)}}},
		}}
	}
	kernel := trace("kernel", spec.EINPROGRESS)
	d := &run.Divergence{
		Finding: run.Finding{Script: sc, Kind: run.Impl, Versus: true, Step: 1,
			Seen: "connect = -1 EISCONN", Allowed: []string{"connect = -1 EINPROGRESS"}},
		Count: 7, Repeated: true, Shrunk: true, Trace: trace("impl", spec.EISCONN), Kernel: &kernel,
		Explanations: [][]string{{"socket/done"}, {"connect/starts"}},
	}
	long := *sc
	long.Events = append(long.Events, sc.Events...)
	d.Original = run.Finding{Index: 5, Script: &long}
	d.Trace.Captured = []script.Captured{{At: time.Millisecond, Step: 1, Out: true, Data: make([]byte, 60)}}
	return d
}

// outcome is a run of three scripts with one divergence.
func outcome() *run.Result {
	res := &run.Result{Seed: 42, Elapsed: 2 * time.Second, Scripts: 3, Steps: 30, Divergences: []*run.Divergence{refused()},
		Targets: []run.TargetTally{{Kind: run.Kernel, Wire: run.Share{Scripts: 2, Busy: 500 * time.Microsecond}, Loopback: run.Share{Scripts: 1}}}}
	res.Connects[spec.ENONE] = 4
	res.Connects[spec.EINPROGRESS] = 2
	res.Targets[0].Verdicts[spec.Linux][model.Specified] = 25
	res.Targets[0].Verdicts[spec.Linux][model.Undocumented] = 5
	res.Targets[0].Left[spec.Linux][model.LeftScope] = 2
	res.Targets[0].Left[spec.Linux][model.LeftWindow] = 3
	return res
}
