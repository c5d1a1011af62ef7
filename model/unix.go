package model

import "github.com/connspec/connspec/spec"

// What AF_UNIX sockets do to one another.

// peerDead is the peer of a socket whose peer has been closed. Linux keeps what
// is left of it, and with it its name, until the socket has another.
const peerDead uint8 = 255

// unix says whether the socket is of AF_UNIX.
func (s *Socket) unix() bool { return s.Family == spec.AFUnix }

// paired says whether the type of the socket makes connections.
func (s *Socket) paired() bool { return s.Kind == KindUnixStream || s.Kind == KindUnixSeqpacket }

// peer is the socket at the other end; nil if there is none, or none any more.
func (w *World) peer(s *Socket) *Socket {
	if s.Peer == 0 || s.Peer == peerDead {
		return nil
	}
	return &w.Sockets[s.Peer-1]
}

// peerName is the name that getpeername gives.
func (w *World) peerName(s *Socket) Name {
	if p := w.peer(s); p != nil {
		return p.Name
	}
	return s.PeerName
}

// unixKind is the kind of a type. To Linux a raw socket of AF_UNIX is one for
// datagrams.
func unixKind(t spec.SockType) Kind {
	switch t {
	case spec.SockStream:
		return KindUnixStream
	case spec.SockSeqpacket:
		return KindUnixSeqpacket
	case spec.SockDgram, spec.SockRaw:
		return KindUnixDgram
	}
	return KindNone
}

// unixType is the type that SO_TYPE gives.
func unixType(k Kind) spec.SockType {
	switch k {
	case KindUnixStream:
		return spec.SockStream
	case KindUnixSeqpacket:
		return spec.SockSeqpacket
	}
	return spec.SockDgram
}

// openUnix gives a free slot to an AF_UNIX socket.
func (m *move) openUnix(k Kind) (slot uint8, ok bool) {
	slot, ok = m.open(k)
	if ok {
		m.w.Sockets[slot].Family = spec.AFUnix
		m.w.Sockets[slot].assign(Homemade, m.domain()&spec.LandlockScopeAbstract != 0)
	}
	return slot, ok
}

// found is what an address leads to.
type found struct {
	err   spec.Errno // of following the path, ENONE if it leads somewhere
	free  spec.Errno // the same where permissions do not count
	deny  bool       // the file may not be written
	kind  NodeKind   // of the file; NodeNone for an abstract name
	other uint8      // slot + 1 of the socket, whatever its type; 0 if there is none
}

// look looks up the address of the call for a socket of kind k.
func (m *move) look(a *UnixAddr, k Kind) found {
	var f found
	switch {
	case a.Kind == UnixAbstract && m.under(forLinux):
		for i := range m.w.Sockets {
			o := &m.w.Sockets[i]
			if o.unix() && o.Name == a.Name && o.Node == 0 && o.Kind == k && o.has(AddrLock) {
				f.other = uint8(i) + 1
			}
		}
		return f
	case a.Kind != UnixPath:
		f.err, f.free = spec.ENOENT, spec.ENOENT
		return f
	}
	free := walk{w: m.w, free: true}
	node, e := free.to(root, &a.Path, true)
	f.free = e
	bound := walk{w: m.w}
	_, f.err = bound.to(root, &a.Path, true)
	if bound.links > linksBSD && m.under(forSockets) {
		f.err = spec.ELOOP
	}
	if free.links > linksBSD && m.under(forSockets) {
		f.free, e = spec.ELOOP, spec.ELOOP
	}
	if e != spec.ENONE {
		return f
	}
	if f.kind = NodeDir; node != root {
		f.kind = m.w.Nodes[node-1].Kind
		f.deny = m.w.flagged(node, NoWrite)
	}
	for i := range m.w.Sockets {
		if o := &m.w.Sockets[i]; node != root && o.Node == node {
			f.other = uint8(i) + 1
		}
	}
	return f
}

// there is what the address of the call leads to, looked up once.
func (m *move) there() *found {
	if !m.looked {
		m.found, m.looked = m.look(&m.c.To.Unix, m.s.Kind), true
	}
	return &m.found
}

// addressed says whether the call says whom it is for: connect does, and sendto
// with an address of some length, which a seqpacket socket of Linux ignores.
func (m *move) addressed() bool {
	return m.c.Op == spec.OpConnect || named(m) && m.c.To.Len != 0 && (m.s.Kind != KindUnixSeqpacket || !m.under(forLinux))
}

// far is the slot + 1 of the socket that the call is about: the one at its
// address or, where it has none, the peer; 0 if there is none, peerDead if it
// is gone. A call that waited stays with the one that it waited for.
func (m *move) far() uint8 {
	switch {
	case m.rerun && m.t.has(Cut):
		return peerDead
	case m.rerun:
		return m.t.Other
	case m.addressed():
		return m.there().other
	}
	return m.s.Peer
}

// other is the socket far; nil if there is none.
func (m *move) other() *Socket {
	if i := m.far(); i != 0 && i != peerDead {
		return &m.w.Sockets[i-1]
	}
	return nil
}

// deaf: a datagram socket that has a peer hears that one alone (unix_may_send).
func (m *move) deaf() bool {
	o := m.other()
	return o != nil && o.Peer != 0 && o.Peer != m.slot+1
}

// full says whether the queue of connections of a listener is full: to
// Linux that is when it holds more than the backlog (unix_recvq_full).
func (w *World) full(slot uint8) bool {
	q, _ := w.queue(slot)
	return q > w.Sockets[slot].Backlog
}

// join connects the socket to a listener: the other end of the connection is
// made at once, and waits there to be accepted (unix_stream_connect).
func (m *move) join(listener uint8) bool {
	l := &m.w.Sockets[listener]
	q, _ := m.w.queue(listener)
	slot, ok := m.openUnix(m.s.Kind)
	if !ok {
		return false
	}
	c := &m.w.Sockets[slot]
	c.set(Child)
	c.TCP, c.Layer = Established, Connected
	c.Name = l.Name
	c.Parent, c.Turn = listener+1, q+1
	c.Peer = m.slot + 1
	m.s.TCP, m.s.Layer = Established, Connected
	m.s.Peer, m.s.PeerName = slot+1, NameNone
	return true
}

// hangUp tells the other end of a connection that the socket is gone; lost says
// that data on its way to the socket is.
func (m *move) hangUp(s *Socket, lost bool) {
	if p := m.w.peer(s); p != nil && s.paired() {
		p.set(ShutRead | ShutWrite)
		switch {
		case !m.under(forLinux):
			p.Layer = Unconnected
		case lost:
			p.Err = spec.ECONNRESET
		}
	}
}

// releaseUnix is the last close of an AF_UNIX socket (unix_release_sock).
func (m *move) releaseUnix(slot uint8) {
	s := &m.w.Sockets[slot]
	if s.TCP == Listen {
		for i := range m.w.Sockets {
			if c := &m.w.Sockets[i]; c.has(Child) && c.Parent == slot+1 {
				m.hangUp(c, true)
				m.w.bury(uint8(i))
			}
		}
	}
	if s.has(AnyState) { // what it sent may wait, or the other end of its connection
		m.w.openQueues(s.Kind)
	}
	if m.under(forSockets) {
		m.dropUnix(slot)
	}
	// A first packet without a byte passes for one that was read.
	m.hangUp(s, s.Unread != 0 || s.Queued > 1 || s.Queue[0].Len != 0)
	m.w.bury(slot)
}

// openQueues leaves open what waits at the listeners and datagram sockets of a
// kind.
func (w *World) openQueues(k Kind) {
	for i := range w.Sockets {
		if o := &w.Sockets[i]; o.Kind == k && (o.TCP == Listen || !o.paired()) {
			o.set(AnyState)
		}
	}
}

// dropUnix takes a socket that goes from the datagram sockets that have it for
// a peer (unp_drop).
func (m *move) dropUnix(slot uint8) {
	for i := range m.w.Sockets {
		if o := &m.w.Sockets[i]; o.Kind == KindUnixDgram && o.Peer == slot+1 {
			o.TCP, o.Peer, o.PeerName, o.Err = Closed, 0, NameNone, spec.ECONNRESET
		}
	}
}

// bury frees the slot of an AF_UNIX socket. What refers to it keeps its name.
func (w *World) bury(slot uint8) {
	name, node := w.Sockets[slot].Name, w.Sockets[slot].Node
	for i := range w.Sockets {
		o := &w.Sockets[i]
		if o.Peer == slot+1 && o.unix() {
			o.Peer, o.PeerName = peerDead, name
		}
		for q := range o.Queue[:o.Queued] {
			if o.Queue[q].From == slot+1 {
				o.Queue[q].From, o.Queue[q].Name = 0, name
			}
		}
	}
	for i := range w.Threads {
		if t := &w.Threads[i]; t.Wait == Blocked && t.Other == slot+1 {
			t.Marks |= Cut
		}
	}
	w.Sockets[slot] = Socket{}
	w.forget(node)
}

// autobindUnix gives the socket a name of the system's choice.
func (m *move) autobindUnix() {
	if NameUnseen+Name(m.w.NamesUnseen) == 255 {
		m.leave(LeftScope)
		return
	}
	m.s.Name = NameUnseen + Name(m.w.NamesUnseen)
	m.s.set(AddrLock)
	m.w.NamesUnseen++
}

// nameUnix ends the call with a value and an AF_UNIX address.
func (m *move) nameUnix(v int32, n Name) {
	if m.c.To.Pointer == spec.PointerNull {
		m.ret(v)
		return
	}
	if n == NameNone {
		n = NameEmpty
	}
	m.result(Return{Ret: v, HasAddr: true, Family: spec.AFUnix, Name: n})
}

// seeName matches a name of the world with one of the trace. A chosen one that
// nobody has seen gets the next number, everywhere.
func (w *World) seeName(want, got Name) bool {
	if want < NameUnseen {
		return want == got
	}
	if got != NameSeen+Name(w.NamesSeen) {
		return false
	}
	w.NamesSeen++
	swap := func(n *Name) {
		if *n == want {
			*n = got
		}
	}
	for i := range w.Sockets {
		s := &w.Sockets[i]
		swap(&s.Name)
		swap(&s.PeerName)
		for q := range s.Queue {
			swap(&s.Queue[q].Name)
		}
	}
	for i := range w.Threads {
		swap(&w.Threads[i].Ret.Name)
	}
	return true
}
