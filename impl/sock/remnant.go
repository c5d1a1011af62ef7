package sock

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/ports"
	"github.com/connspec/connspec/impl/tcp"
)

// remnant is what is left of a connection whose user is gone and whose end is
// only waited for (Linux inet_timewait_sock).
type remnant struct {
	tcp           tcp.Remnant
	local, remote netip.AddrPort
	digest        uint64
	since         time.Duration // in TIME-WAIT: when it began
	binding       ports.Handle
	reuse         bool
	stamped       bool
	loops         bool // its segments never touch the NIC
	used          bool
}

// How many of a kind are kept, as on a machine with 16 GB. A connection that
// would become one remnant more is forgotten at once
// (net.ipv4.tcp_max_tw_buckets); one that would be one orphan more, because its
// user closes it, is reset (net.ipv4.tcp_max_orphans).
const (
	remnantsUsual = 131072
	orphansUsual  = 131072
)

// shrink puts a remnant in the place of a connection that only waits. It says
// whether it did.
func (l *Layer) shrink(n int32, c *connection) bool {
	left, ok := c.tcp.Leave()
	if !ok {
		return false
	}
	if l.remnants.used() >= l.cfg.RemnantsMax {
		c.tcp.Drop()
		l.retire(n, c)
		return true
	}
	i, r := l.remnants.take()
	*r = remnant{
		tcp: left, local: c.local, remote: c.remote, digest: c.digest, since: c.since, binding: c.binding,
		reuse: c.reuse, stamped: c.stamped, loops: c.way.loops, used: true,
	}
	l.names.Replace(c.digest, n, -i)
	l.remnantTimers.Set(int(i), left.Deadline())
	c.hashed, c.binding = false, 0
	l.retire(n, c)
	return true
}

// revive puts a connection in the place of remnant i, for a segment that came
// for it. The way back is looked for anew (ip_send_unicast_reply).
func (l *Layer) revive(i int32) (int32, *connection) {
	r := l.remnants.at(i)
	path, why := l.routes.Find(r.remote.Addr(), r.local.Addr())
	if why != ip.Reachable {
		path = ip.Path{Src: r.local.Addr(), Dst: r.remote.Addr(), Kind: ip.Blackhole, Loops: r.loops}
	}
	n, c := l.conns.take()
	c.fresh(path, r.local, r.remote)
	c.binding, c.reuse, c.stamped, c.since = r.binding, r.reuse, r.stamped, r.since
	c.timeWait, c.hashed, c.digest = r.tcp.State() == tcp.StateTimeWait, true, r.digest
	c.tcp.Borrow(&l.buffers)
	c.tcp.Revive(&r.tcp)
	l.names.Replace(r.digest, -i, n)
	l.giveRemnant(i, r)
	return n, c
}

// forget ends a remnant.
func (l *Layer) forget(i int32) {
	r := l.remnants.at(i)
	l.names.Remove(r.digest, -i)
	l.tcpPorts.Remove(r.binding)
	l.giveRemnant(i, r)
}

func (l *Layer) giveRemnant(i int32, r *remnant) {
	l.remnantTimers.Clear(int(i))
	*r = remnant{}
	l.remnants.give(i)
}

// waiting is what an attempt asks of the connection whose names it wants.
type waiting struct {
	inTimeWait, stamped, loops bool
	since                      time.Duration
}

// waitingAs says it of connection n, or of remnant -n. A socket that still has
// the connection keeps it from waiting.
func (l *Layer) waitingAs(n int32) waiting {
	if n < 0 {
		r := l.remnants.at(-n)
		return waiting{r.tcp.State() == tcp.StateTimeWait, r.stamped, r.loops, r.since}
	}
	c := l.conns.at(n)
	return waiting{c.timeWait && c.owner == 0, c.stamped, c.way.loops, c.since}
}

// countOrphan counts a connection whose user has gone and that is not over yet. Where
// there are too many it is reset (tcp_close, tcp_check_oom).
func (l *Layer) countOrphan(c *connection) {
	switch c.tcp.State() {
	case tcp.StateClosed, tcp.StateTimeWait:
		return
	}
	if l.orphans >= l.cfg.OrphansMax {
		c.tcp.Abort(l.now)
		return
	}
	c.orphan = true
	l.orphans++
}
