// Package ports keeps which local ports of one protocol are taken, by whom and
// how, decides whether a further bind fits beside them, and chooses ephemeral
// ports.
package ports

import (
	"maps"
	"net/netip"
	"slices"
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
	// Listening: no other listener may share the port, reuse or not.
	Listening bool
	// Implicit: chosen by connect(2), for the one connection it made. The same
	// port may be chosen again towards another peer.
	Implicit bool
}

type node struct {
	Binding
	next, prev Handle
	used       bool
}

// Table holds the bindings of one protocol. The zero Table is empty.
type Table struct {
	heads map[uint16]Handle // looked up only, never ranged over
	nodes []node            // index 0 stays unused
	free  []Handle

	// Exact: reuse lets a binding stand beside others of overlapping addresses,
	// not of the same, and the newcomer alone has to ask for it (in_pcbbind).
	Exact bool
}

// Reset empties the table and keeps its memory.
func (t *Table) Reset() {
	clear(t.heads)
	t.nodes, t.free = t.nodes[:0], t.free[:0]
}

// Clone is an independent copy of t.
func (t *Table) Clone() Table {
	return Table{heads: maps.Clone(t.heads), nodes: slices.Clone(t.nodes), free: slices.Clone(t.free), Exact: t.Exact}
}

// Add enters a binding, unchecked: see Conflict. The newest binding of a port
// comes first in its list.
func (t *Table) Add(b Binding) Handle {
	if t.heads == nil {
		t.heads = make(map[uint16]Handle)
	}
	if len(t.nodes) == 0 {
		t.nodes = append(t.nodes, node{})
	}
	var h Handle
	if n := len(t.free); n > 0 {
		h, t.free = t.free[n-1], t.free[:n-1]
	} else {
		h = Handle(len(t.nodes))
		t.nodes = append(t.nodes, node{})
	}
	head := t.heads[b.Port]
	t.nodes[h] = node{Binding: b, next: head, used: true}
	if head != 0 {
		t.nodes[head].prev = h
	}
	t.heads[b.Port] = h
	return h
}

// Readdress gives a binding another address, which makes it the newest of its
// port (udp_lib_rehash).
func (t *Table) Readdress(h Handle, a netip.Addr) {
	n := &t.nodes[h]
	old := n.Addr
	n.Addr = a
	if n.prev == 0 || a == old {
		return
	}
	t.nodes[n.prev].next = n.next
	if n.next != 0 {
		t.nodes[n.next].prev = n.prev
	}
	head := t.heads[n.Port]
	n.prev, n.next = 0, head
	t.nodes[head].prev = h
	t.heads[n.Port] = h
}

// Remove takes a binding out. The zero Handle is allowed and does nothing.
func (t *Table) Remove(h Handle) {
	if h == 0 {
		return
	}
	n := &t.nodes[h]
	if !n.used {
		panic("BUG: port binding removed twice")
	}
	if n.next != 0 {
		t.nodes[n.next].prev = n.prev
	}
	switch {
	case n.prev != 0:
		t.nodes[n.prev].next = n.next
	case n.next != 0:
		t.heads[n.Port] = n.next
	default:
		delete(t.heads, n.Port)
	}
	*n = node{}
	t.free = append(t.free, h)
}

// Get is the binding that h names, for reading and for changing all but Port;
// see [Table.Readdress] for Addr.
func (t *Table) Get(h Handle) *Binding { return &t.nodes[h].Binding }

// First is the newest binding of port, or zero.
func (t *Table) First(port uint16) Handle { return t.heads[port] }

// Next is the binding after h in the list of its port, or zero.
func (t *Table) Next(h Handle) Handle { return t.nodes[h].next }

// Conflict says whether b, which may be in the table itself as self, cannot
// stand beside what is there: two bindings of a port conflict when their
// addresses overlap, unless both allow reuse and neither listens
// (inet_csk_bind_conflict, udp_lib_lport_inuse); BSD differs, see Exact.
func (t *Table) Conflict(b Binding, self Handle) bool {
	for h := t.heads[b.Port]; h != 0; h = t.nodes[h].next {
		o := &t.nodes[h].Binding
		if h == self || !overlap(b.Addr, o.Addr) {
			continue
		}
		if t.Exact {
			if b.Addr == o.Addr || !b.Reuse {
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
func (t *Table) Claimed(port uint16) bool {
	for h := t.heads[port]; h != 0; h = t.nodes[h].next {
		if !t.nodes[h].Implicit {
			return true
		}
	}
	return false
}

func overlap(a, b netip.Addr) bool {
	return a == b || a.IsUnspecified() || b.IsUnspecified()
}
