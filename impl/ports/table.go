// Package ports keeps which local ports of one protocol are taken, by whom and
// how, decides whether a further bind fits beside them, and chooses ephemeral
// ports.
package ports

import (
	"net/netip"

	"github.com/connspec/connspec/impl/chunk"
	"github.com/connspec/connspec/impl/index"
)

// Owner is the caller's number for what holds a port: a socket or connection.
type Owner int32

// Handle names one binding of a Table; the zero Handle names none.
type Handle int32

// Binding is a claim on a local port.
type Binding struct {
	Addr  netip.Addr // unspecified: every address
	Port  uint16
	Owner Owner
	// Reuse: SO_REUSEADDR was set at the time of binding.
	Reuse bool
	// Share: SO_REUSEPORT was.
	Share bool
	// Listening: no other listener may share the port, reuse or not. Changed by
	// Table.SetListening only.
	Listening bool
	// Implicit: chosen by connect(2), for the one connection it made. The same
	// port may be chosen again towards another peer.
	Implicit bool
	Six      bool   // an AF_INET6 socket's; Addr is an IPv4 one if it is mapped
	Only     bool   // IPV6_V6ONLY was set at the time of binding
	Dev      uint32 // the interface that the socket is bound to, by index; 0: none
}

type node struct {
	Binding
	next, prev   Handle // of the same port; next also chains the free ones
	nextListener Handle
	used         bool
}

// port is what the table knows of one port number.
type port struct {
	first, listeners Handle
	claimed          int32 // bindings that are not implicit
	nextFree         int32
	number           uint16
}

// Table holds the bindings of one protocol. The zero Table is empty.
type Table struct {
	byNumber  index.Table // port number -> ports
	ports     chunk.List[port]
	portsLive int32 // ports 1 to portsLive were in use since the last Reset
	portsFree int32
	nodes     chunk.List[node]
	nodesLive Handle // likewise
	nodesFree Handle

	// Exact: reuse lets a binding stand beside others of overlapping addresses,
	// not of the same, and the newcomer alone has to ask for it (in_pcbbind).
	Exact bool
}

// Reset empties the table and keeps its memory.
func (t *Table) Reset() {
	t.byNumber.Reset()
	t.portsLive, t.portsFree, t.nodesLive, t.nodesFree = 0, 0, 0, 0
}

// Clone is an independent copy of t.
func (t *Table) Clone() Table {
	c := *t
	c.byNumber, c.ports, c.nodes = t.byNumber.Clone(), chunk.List[port]{}, chunk.List[node]{}
	for i := int32(1); i <= t.portsLive; i++ {
		c.ports.Reach(i)
		*c.ports.At(i) = *t.ports.At(i)
	}
	for h := Handle(1); h <= t.nodesLive; h++ {
		c.nodes.Reach(int32(h))
		*c.node(h) = *t.node(h)
	}
	return c
}

func (t *Table) node(h Handle) *node { return t.nodes.At(int32(h)) }

// hashOf spreads port numbers over the index, each with a tag of its own.
func hashOf(number uint16) uint64 { return uint64(uint32(number)*0x9e3779b1) << 32 }

// port is the record of a port number, or nil.
func (t *Table) port(number uint16) *port {
	i, _ := t.byNumber.First(hashOf(number))
	if i == 0 {
		return nil
	}
	return t.ports.At(i)
}

// openPort is the record of a port number, a new one if need be.
func (t *Table) openPort(number uint16) *port {
	if p := t.port(number); p != nil {
		return p
	}
	i := t.portsFree
	if i != 0 {
		t.portsFree = t.ports.At(i).nextFree
	} else {
		t.portsLive++
		i = t.portsLive
		t.ports.Reach(i)
	}
	t.byNumber.Add(hashOf(number), i)
	p := t.ports.At(i)
	*p = port{number: number}
	return p
}

// closePort gives up the record of a port number without bindings.
func (t *Table) closePort(number uint16) {
	i, _ := t.byNumber.First(hashOf(number))
	t.byNumber.Remove(hashOf(number), i)
	*t.ports.At(i) = port{nextFree: t.portsFree}
	t.portsFree = i
}

// Add enters a binding, unchecked: see Conflict. The newest binding of a port
// comes first in its list.
func (t *Table) Add(b Binding) Handle {
	h := t.nodesFree
	if h != 0 {
		t.nodesFree = t.node(h).next
	} else {
		t.nodesLive++
		h = t.nodesLive
		t.nodes.Reach(int32(h))
	}
	p := t.openPort(b.Port)
	*t.node(h) = node{Binding: b, used: true}
	t.node(h).Listening = false
	t.push(p, h)
	if !b.Implicit {
		p.claimed++
	}
	t.SetListening(h, b.Listening)
	return h
}

// push puts a binding in front of its port's others.
func (t *Table) push(p *port, h Handle) {
	n := t.node(h)
	n.prev, n.next = 0, p.first
	if p.first != 0 {
		t.node(p.first).prev = h
	}
	p.first = h
}

// unlink takes a binding out of its port's list.
func (t *Table) unlink(p *port, n *node) {
	if n.next != 0 {
		t.node(n.next).prev = n.prev
	}
	if n.prev != 0 {
		t.node(n.prev).next = n.next
	} else {
		p.first = n.next
	}
}

// SetAddr gives a binding another address; it keeps its place among the others.
func (t *Table) SetAddr(h Handle, a netip.Addr) { t.node(h).Addr = a }

// Readdress gives a binding another address, which makes it the newest of its
// port (udp_lib_rehash).
func (t *Table) Readdress(h Handle, a netip.Addr) {
	n := t.node(h)
	old := n.Addr
	n.Addr = a
	if n.prev == 0 || a == old {
		return
	}
	p := t.port(n.Port)
	t.unlink(p, n)
	t.push(p, h)
}

// SetListening says whether a binding listens. Listeners of a port are few, and
// found without its other bindings.
func (t *Table) SetListening(h Handle, on bool) {
	n := t.node(h)
	if n.Listening == on {
		return
	}
	n.Listening = on
	p := t.port(n.Port)
	if on {
		n.nextListener, p.listeners = p.listeners, h
		return
	}
	link := &p.listeners
	for *link != h {
		link = &t.node(*link).nextListener
	}
	*link = n.nextListener
}

// Remove takes a binding out. The zero Handle is allowed and does nothing.
func (t *Table) Remove(h Handle) {
	if h == 0 {
		return
	}
	n := t.node(h)
	if !n.used {
		panic("BUG: port binding removed twice")
	}
	t.SetListening(h, false)
	p := t.port(n.Port)
	t.unlink(p, n)
	if !n.Implicit {
		p.claimed--
	}
	if p.first == 0 {
		t.closePort(n.Port)
	}
	*n = node{next: t.nodesFree}
	t.nodesFree = h
}

// Get is the binding that h names.
func (t *Table) Get(h Handle) *Binding { return &t.node(h).Binding }

// First is the newest binding of a port, or zero.
func (t *Table) First(number uint16) Handle {
	if p := t.port(number); p != nil {
		return p.first
	}
	return 0
}

// Next is the binding after h in the list of its port, or zero.
func (t *Table) Next(h Handle) Handle { return t.node(h).next }

// FirstListener is a binding of a port that listens, or zero.
func (t *Table) FirstListener(number uint16) Handle {
	if p := t.port(number); p != nil {
		return p.listeners
	}
	return 0
}

// NextListener is the listening binding after h, or zero.
func (t *Table) NextListener(h Handle) Handle { return t.node(h).nextListener }

// Conflict says whether b, which may be in the table itself as self, cannot
// stand beside what is there: two bindings of a port conflict when their
// addresses overlap, unless both share, or both allow reuse and neither listens
// (inet_csk_bind_conflict, udp_lib_lport_inuse); BSD differs, see Exact.
func (t *Table) Conflict(b Binding, self Handle) bool {
	for h := t.First(b.Port); h != 0; h = t.Next(h) {
		o := t.Get(h)
		if h == self || !b.meets(o) {
			continue
		}
		if b.Share && o.Share {
			continue
		}
		if t.Exact {
			if b.Addr == o.Addr || !b.Reuse && !b.Share {
				return true
			}
			continue
		}
		if b.Reuse && o.Reuse && !o.Listening && !(b.Listening && o.Listening) {
			continue
		}
		return true
	}
	return false
}

// Claimed says whether a port has a binding that bind(2) or listen(2) made,
// which keeps it out of connect's choice (inet_hash_connect).
func (t *Table) Claimed(number uint16) bool {
	p := t.port(number)
	return p != nil && p.claimed > 0
}
