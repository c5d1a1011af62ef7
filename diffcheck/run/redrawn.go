package run

import (
	"net/netip"
	"slices"

	"github.com/connspec/connspec/diffcheck/script"
)

// redrawn reports whether two traces differ at a step in nothing but that one
// host happened to choose a port that it had chosen before, P1 again where the
// other went on to P2. A dialect that leaves the choice open allows both, and
// what comes after may follow from it: the port of a script's next frame belongs
// to somebody in one of the two only.
func redrawn(a, b *script.Trace, step int) bool {
	if step >= min(len(a.Steps), len(b.Steps)) {
		return false
	}
	of := &draws{a: a.Steps[:step], b: b.Steps[:step]}
	return of.equal(a.Steps[step].During, b.Steps[step].During) && of.equal(a.Steps[step].After, b.Steps[step].After) && of.differ
}

// draws are two traces up to a step.
type draws struct {
	a, b   []script.Step
	differ bool // a port was drawn again in one of them
}

// equal compares outputs of the step but for such ports.
func (d *draws) equal(a, b []script.Output) bool {
	return slices.EqualFunc(a, b, func(a, b script.Output) bool {
		a.Frame.Src, a.Frame.Dst = d.endpoint(a.Frame.Src, b.Frame.Src), d.endpoint(a.Frame.Dst, b.Frame.Dst)
		a.Result.Addr.Port = d.port(a.Result.Addr.Port, b.Result.Addr.Port)
		return script.EqualOutput(a, b)
	})
}

func (d *draws) endpoint(a, b netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr(), d.port(a.Port(), b.Port()))
}

// port is b where one of the two hosts drew anew and the other again, else a.
func (d *draws) port(a, b uint16) uint16 {
	if a == b || !chosen(a) || !chosen(b) || showed(d.a, a) == showed(d.b, b) {
		return a
	}
	d.differ = true
	return b
}

// chosen: a port that a trace names so because the host chose it.
func chosen(port uint16) bool { return port >= script.PortFirst && port <= script.PortLast }

// showed reports whether the host had let a port be seen.
func showed(steps []script.Step, port uint16) bool {
	shows := func(o script.Output) bool {
		return o.Frame.Src.Port() == port || o.Frame.Dst.Port() == port || o.Result.Addr.Port == port
	}
	return slices.ContainsFunc(steps, func(s script.Step) bool {
		return slices.ContainsFunc(s.During, shows) || slices.ContainsFunc(s.After, shows)
	})
}
