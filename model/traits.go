package model

import (
	"slices"

	"github.com/connspec/connspec/spec"
)

// traits are what is out of the ordinary with what a rule is asked about. They are
// found out once; rules whose conditions need some of them are passed over where
// there is none.
type traits uint32

// Of a call.
const (
	unreadable traits = 1 << iota // the address cannot be read
	misfit                        // it is of another family
	oddLength                     // its length is not that of the family
	portless                      // its port is 0
	wild                          // it is the wildcard
	unrouted                      // no route leads there
	toMany                        // it is broadcast or multicast
	bare                          // the socket is bound to such an address
	looping                       // it is bound to a loopback address
	low                           // the port is privileged
	distant                       // a unicast address of another host
	underway                      // the socket layer is past Unconnected
	erring                        // an error is pending
	spoilt                        // the socket is shut, dead, or in a state that the socket layer does not know of
	dead                          // it is dead, half open, or its connection is ending unknown to the socket layer
	loose                         // it is in any state
	ported                        // it has a port, or an address by bind
	shared                        // another socket of the kind has its port
	selfward                      // the address has its port
	contested                     // another socket of the kind has the port of the address
	onLink                        // it is bound to an interface
	six                           // it is of AF_INET6
	raw                           // it is a raw socket
	quick                         // Fast Open is asked for, or the socket has one under way
	changed                       // the environment is not as planned
	sourced                       // it has a source route
	confined                      // Landlock denies the thread something
	vague                         // some socket is in any state
	whichever                     // all
	allTraits  = traits(1<<iota - 1)

	strange = unreadable | misfit | oddLength | portless // the address, or the socket that is asked for
	special = wild | unrouted | toMany | bare | looping  // the way to the address
	marked  = erring | spoilt | loose                    // the socket
)

// Of a call of socket.
const (
	oddSocket   = unreadable // it asks for none of these
	localSocket = misfit     // for a socket of AF_UNIX, for streams or datagrams
	sixSocket   = oddLength  // for TCP or UDP over AF_INET6
)

// Of a segment.
const (
	withRST traits = 1 << iota
	withSYN
	withACK
	badACK    // it acknowledges something not sent
	oddly     // it is not SYN, or FIN as well
	elsewhere // it is not for this host
	pressed   // the listener has something in its queue, or no room
	quickly   // the receiver has to do with Fast Open
	secretly  // its SYN has not been seen outside
	unplainly // the environment is not as planned
	vaguely   // some socket is in any state
)

// Of a thread that waits.
const (
	attemptDone   traits = 1 << iota // in connect, and the handshake is over
	attemptFailed                    // in connect, and the attempt has ended
	inClose
	inFastOpen
	inOther // in another call
	cutOff  // its attempt was ended by another thread
)

// marks are the flags of a spoilt socket.
const marks = Dead | ShutRead | ShutWrite | GotFIN | HalfOpen

// quickness are the flags of a Fast Open.
const quickness = Deferred | FastBusy | FastConnect

// needing says of every rule of a table what it needs.
func needing(t traits, table []Rule) []Rule {
	table = slices.Clone(table)
	for i := range table {
		table[i].needs = t
	}
	return table
}

// about says of every rule of a table what it applies to.
func about(of subjects, table []Rule) []Rule {
	table = slices.Clone(table)
	for i := range table {
		table[i].of = of
	}
	return table
}

// traits are those of what m is about, for the rules of a trigger.
func (m *move) traits(t trigger) traits {
	switch {
	case t < onNoSocket:
		return m.callTraits()
	case t == onWake:
		return m.waitTraits()
	case t == onNoSocket, t >= onSegment && t < onUnix:
		return m.segmentTraits()
	}
	return allTraits
}

// traits are those of the move, found out once for all who make the step.
func (n *Nexts) traits(m *move, t trigger) traits {
	if n.known && n.on == t {
		return n.has
	}
	has := m.traits(t)
	if m.group == m.whole && t < onNoSocket && m.c != &n.given {
		n.known, n.on, n.has = true, t, has
	}
	return has
}

func (m *move) callTraits() traits {
	c, s := m.c, m.s
	switch {
	case c.Op == spec.OpSocket:
		return allTraits&^strange | c.socketTraits()
	case s == nil:
		return allTraits
	}
	t := whichever | m.socketTraits()
	switch c.Op {
	case spec.OpBind, spec.OpConnect, spec.OpSend, spec.OpSendto:
		return t | m.addressTraits()
	case spec.OpListen:
		return t | m.portTraits()
	}
	return t | strange | ways | alikes | distant
}

// socketTraits are those of the socket and its surroundings.
func (m *move) socketTraits() (t traits) {
	s := m.s
	if s.Family == spec.AFInet6 {
		t |= six
	}
	if s.has(Raw) {
		t |= raw
	}
	if s.has(SourceRoute) {
		t |= sourced
	}
	if m.domain() != 0 {
		t |= confined
	}
	if s.has(quickness) || m.c.MsgFlags&spec.MsgFastopen != 0 {
		t |= quick
	}
	if m.w.Env != (Surroundings{}) {
		t |= changed
	}
	if m.w.flags()&AnyState != 0 && m.under(forPOSIX|forTargetTCP) {
		t |= vague
	}
	if s.Layer != Unconnected {
		t |= underway
	}
	if s.Err != spec.ENONE {
		t |= erring
	}
	if s.has(marks) || s.Layer == Unconnected && s.TCP != Closed {
		t |= spoilt
	}
	if s.has(Dead|HalfOpen) || s.Layer == Unconnected && s.TCP > SynReceived {
		t |= dead
	}
	if s.has(AnyState) {
		t |= loose
	}
	if s.has(HasPort | AddrLock) {
		t |= ported
	}
	if s.Dev != spec.DeviceNone {
		t |= onLink
	}
	return t
}

// addressTraits are those of the address, and of the socket with it.
func (m *move) addressTraits() (t traits) {
	s, a := m.s, &m.c.To
	if badPointer(m) {
		t |= unreadable
	}
	if wrongFamily(m) {
		t |= misfit
	}
	if inexact(m) || tooShort(m) {
		t |= oddLength
	}
	if portZero(m) {
		t |= portless
	}
	if a.Addr == AddrAny {
		t |= wild
	}
	t |= a.Addr.route().traits() | m.route(a.Addr).traits()
	if s.has(Bare) {
		t |= bare
	}
	if s.source4().Loops() || s.Local.Loops() {
		t |= looping
	}
	if m.c.Low {
		t |= low
	}
	if s.LPort == a.Port && s.has(HasPort) {
		t |= selfward
	}
	return t | m.portTraits()
}

// portTraits are those of other sockets with the port of the socket, or of the
// address.
func (m *move) portTraits() (t traits) {
	s, to := m.s, m.c.To.Port
	for i := range m.w.Sockets {
		o := &m.w.Sockets[i]
		if o.Kind != s.Kind || o == s {
			continue
		}
		if o.LPort == s.LPort && s.has(HasPort) {
			t |= shared
		}
		if o.LPort == to && to != PortZero {
			t |= contested
		}
	}
	return t
}

func (r route) traits() traits {
	switch r {
	case routeLocal:
		return 0
	case routeUnicast:
		return distant
	case routeBroadcast, routeMulticast:
		return toMany
	}
	return unrouted
}

func (m *move) segmentTraits() traits {
	t := whichever
	if m.f.Bits&RST != 0 {
		t |= withRST
	}
	if m.f.Bits&SYN != 0 {
		t |= withSYN
	}
	if m.f.Bits&ACK != 0 {
		t |= withACK
	}
	if m.f.Bits&(SYN|FIN) != SYN {
		t |= oddly
	}
	if !m.f.Dst.Local() || m.martian() {
		t |= elsewhere
	}
	if m.s == nil {
		t |= quickly | secretly | badACK | pressed
	} else {
		if badAck(m) {
			t |= badACK
		}
		if m.s.TCP == Listen && m.pressed() {
			t |= pressed
		}
		if m.s.has(quickness | FastOption | FastData) {
			t |= quickly
		}
		if m.s.has(Hidden) {
			t |= secretly
		}
	}
	if m.w.Env != (Surroundings{}) {
		t |= unplainly
	}
	if m.w.flags()&AnyState != 0 {
		t |= vaguely
	}
	return t
}

// pressed: something waits at the listener, or nothing may.
func (m *move) pressed() bool {
	ready, requests := m.w.queue(m.slot)
	return m.s.Backlog == 0 || ready+requests != 0
}

func (m *move) waitTraits() traits {
	t := whichever
	switch {
	case m.s == nil:
		return allTraits
	case m.t.Op == spec.OpClose:
		t |= inClose
	case m.t.Op != spec.OpConnect:
		t |= inOther
	case m.s.TCP == Closed:
		t |= attemptFailed
	case m.s.TCP != SynSent && m.s.TCP != SynReceived:
		t |= attemptDone
	}
	if m.t.Fast != FastIdle {
		t |= inFastOpen
	}
	if m.t.has(Cut) {
		t |= cutOff
	}
	return t
}

// mood says which groups of traits there are at all: the lists of rules that need
// one of a group are apart.
type mood uint8

// Groups of traits of which a call often has none. (Segments and waits have other
// ones in their places, and too few rules to care.)
const (
	ways   = special | low
	alikes = shared | selfward | contested
	seldom = vague | confined | sourced | changed | quick | raw | six | onLink | loose | dead | spoilt | erring
)

// moods is how many there are.
const moods = 16

func (t traits) mood() (k mood) {
	if t&strange != 0 {
		k = 1
	}
	if t&ways != 0 {
		k |= 2
	}
	if t&alikes != 0 {
		k |= 4
	}
	if t&seldom != 0 {
		k |= 8
	}
	return k
}

// traits are those that there can be in this mood.
func (k mood) traits() traits {
	t := allTraits
	for i, group := range []traits{strange, ways, alikes, seldom} {
		if k>>i&1 == 0 {
			t &^= group
		}
	}
	return t
}

// socketTraits are those of a call of socket.
func (c *Call) socketTraits() traits {
	if c.Type != spec.SockStream && c.Type != spec.SockDgram {
		return oddSocket
	}
	own := spec.ProtocolTCP
	if c.Type == spec.SockDgram {
		own = spec.ProtocolUDP
	}
	switch {
	case c.Family == spec.AFUnix && c.Protocol == spec.ProtocolDefault:
		return localSocket
	case c.Protocol != spec.ProtocolDefault && c.Protocol != own:
	case c.Family == spec.AFInet:
		return 0
	case c.Family == spec.AFInet6:
		return sixSocket
	}
	return oddSocket
}
