// Package impl is a host: a socket layer over TCP, UDP, IPv4 and IPv6 on one
// Ethernet NIC, in one value. It does no input or output, has no clock and no
// goroutine: four verbs take calls and frames in and give results and frames
// out, and every one is told the time.
//
//	Call      a thread makes a system call
//	Handle    a frame arrived
//	Next      the next frame to send
//	Deadline  when Next is to be called again though nothing arrived
//
// After each Call and Handle, drain Next and then Completion. The same verbs
// with the same times on a host with the same Config give the same results
// and the same frames, bit for bit.
package impl

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/link"
	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/impl/sock"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// Route is an entry of the routing table.
type Route = ip.Route

// RouteKind says what a route does.
type RouteKind = ip.Kind

// The kinds of routes that a Config may hold.
const (
	Unicast     = ip.Unicast
	Unreachable = ip.Unreachable
	Prohibit    = ip.Prohibit
	Blackhole   = ip.Blackhole
	Throw       = ip.Throw
)

// Neighbor is a permanent entry of the neighbour table.
type Neighbor = link.Neighbor

// Config says what a host is. The zero values of the optional fields stand for
// the system's defaults.
type Config struct {
	Dialect   spec.Dialect   // whose personality the socket layer has
	MAC       [6]byte        // of the NIC
	MTU       int            // of the NIC in bytes; 0: 1500
	Addrs     []netip.Prefix // of the NIC; the first is its primary address
	Routes    []Route        // besides those to the prefixes of Addrs
	Neighbors []Neighbor
	Seed      uint64 // of initial sequence numbers, ports and identifiers

	SynRetries  int // optional: SYNs sent again before an attempt times out
	Descriptors int // optional: how many a process may have open
	PortFirst   uint16
	PortLast    uint16 // optional: the range of ephemeral ports
	// TimeWaitMax and OrphansMax bound the connections without a user: those in
	// TIME-WAIT, and those that are still closing.
	TimeWaitMax int // optional
	OrphansMax  int // optional
	// InvalidLimit is the least time between two answers to invalid segments of
	// a connection (RFC 5961 section 7); 0: the system's default; negative: none.
	InvalidLimit time.Duration
	// NoErrorLimit takes the limit off the ICMP errors that are sent.
	NoErrorLimit bool
	Index        uint32 // optional: of the NIC, as scope ids and SO_BINDTODEVICE name it; the loopback interface has 1
	// Offload is the largest packet in bytes, at most [OffloadMax], that the NIC
	// cuts up into segments; it fills in TCP checksums then and may have verified
	// or merged what it received. Every frame, in and out, begins with a header
	// that says so ([wire.Virtio]). 0: frames are as on the wire.
	Offload int
	// DatagramQueue: an AF_UNIX datagram socket at which more wait takes none but
	// from its peer (net.unix.max_dgram_qlen); 0: the system's default.
	DatagramQueue int
}

// OffloadMax is the largest packet that Config.Offload can name.
const OffloadMax = 65535

const mtuDefault = 1500

// Host is one host. Make one with New.
type Host struct {
	cfg    Config
	routes ip.Table
	link   link.Cache
	parts  ip.Reassembly
	errors ip.Limit // ICMP errors sent
	sock   sock.Layer

	frame []byte // the last frame that Next gave
	cut   []byte // a segment of a frame that was cut up here
	loop  []byte // a segment to the host itself
	whole []byte // a packet put together from fragments
}

// New makes a host that has just started, at time 0.
func New(cfg Config) *Host {
	h := new(Host)
	h.Reset(cfg)
	return h
}

// Reset makes h what New(cfg) gives and keeps its memory.
func (h *Host) Reset(cfg Config) {
	if cfg.MTU == 0 {
		cfg.MTU = mtuDefault
	}
	h.cfg = cfg
	h.routes.SetNIC(cfg.Index)
	h.routes.Reset(cfg.Addrs, cfg.Routes)
	h.errors = ip.Limit{Off: cfg.NoErrorLimit}
	h.link.Reset(cfg.MAC, cfg.Neighbors)
	h.parts.Reset()
	h.sock.Reset(sock.Config{
		Personality: personality.For(cfg.Dialect), MTU: cfg.MTU, Offload: cfg.Offload, TCP: tcpConfig(&cfg), Secret: secret(cfg.Seed),
		Descriptors: cfg.Descriptors, PortFirst: cfg.PortFirst, PortLast: cfg.PortLast,
		DatagramQueue: cfg.DatagramQueue,
		RemnantsMax:   cfg.TimeWaitMax, OrphansMax: cfg.OrphansMax,
	}, &h.routes)
	h.makeFrame()
}

// linuxTCP and otherTCP are how the connections of a Linux and of any other
// system behave. The start of a connection never waits for more data before it
// acknowledges.
var linuxTCP, otherTCP = *tcp.Linux(mtuDefault), func() tcp.Config {
	c := *tcp.BSD(mtuDefault)
	c.QuickAcks = tcp.Linux(mtuDefault).QuickAcks
	return c
}()

// tcpConfig is how the connections of a host behave.
func tcpConfig(cfg *Config) tcp.Config {
	c := otherTCP
	if cfg.Dialect == spec.Linux {
		c = linuxTCP
	}
	c.ResetOnUnread = personality.For(cfg.Dialect).ResetOnUnread
	if cfg.SynRetries > 0 {
		c.SynRetries = cfg.SynRetries
	}
	if cfg.InvalidLimit != 0 {
		c.InvalidLimit = max(cfg.InvalidLimit, 0)
	}
	return c
}

// secret derives the host's secret from its seed.
func secret(seed uint64) (s [16]byte) {
	r := rand.NewPCG(seed, 0x636f6e6e73706563)
	for i := range s {
		s[i] = byte(r.Uint64() >> 56)
	}
	return s
}

// Call makes a system call for a thread. If it blocks, done is false, and the
// result comes out of Completion after a later verb; c.Buf and c.Poll must stay
// untouched until then. Descriptors are this host's: the lowest free from 3 on.
func (h *Host) Call(now time.Duration, thread int, c *spec.Call) (r spec.Result, done bool) {
	r, done = h.sock.Call(now, thread, c)
	h.carry(now)
	if !done {
		h.settle(now)
		return h.sock.Take(thread)
	}
	return r, true
}

// Completion gives the next blocked call that has ended, and its thread.
func (h *Host) Completion() (thread int, r spec.Result, ok bool) { return h.sock.Completion() }

// Blocked says whether a thread is in a call.
func (h *Host) Blocked(thread int) bool { return h.sock.Blocked(thread) }

// Handle takes an Ethernet frame that arrived. Frames that are not for this
// host, or that no host could make sense of, are dropped.
func (h *Host) Handle(now time.Duration, frame []byte) {
	h.expire(now)
	if h.cfg.Offload > 0 {
		h.receiveOffloaded(now, frame)
	} else if h.routes.LinkUp() {
		h.receive(now, frame)
	}
	h.carry(now)
}

// Next runs the timers that are due and gives the next Ethernet frame to send,
// valid until the next verb. When there is none, the blocked calls go on that
// can: a frame leaves before the threads run that it was sent ahead of.
func (h *Host) Next(now time.Duration) (frame []byte, ok bool) {
	h.expire(now)
	for {
		frame, more := h.transmit(now)
		if frame != nil {
			return frame, true
		}
		if !more && !h.settle(now) {
			return nil, false
		}
	}
}

// Deadline is when Next is to be called though nothing happened; ok is false if
// there is no such time.
func (h *Host) Deadline() (at time.Duration, ok bool) {
	at, ok = h.sock.Deadline()
	if l, some := h.link.Deadline(); some && (!ok || l < at) {
		at, ok = l, true
	}
	return at, ok
}

// Signal delivers a signal to a thread, which does what sigaction said last.
func (h *Host) Signal(now time.Duration, thread int, sig spec.Signal) {
	h.sock.Signal(now, thread, sig)
	h.carry(now)
}

// Interrupt ends the blocked call of a thread with EINTR, as a signal does that
// is caught without SA_RESTART. What the call began goes on.
func (h *Host) Interrupt(now time.Duration, thread int) {
	h.sock.Interrupt(now, thread)
	h.carry(now)
}

// expire runs the timers that are due.
func (h *Host) expire(now time.Duration) {
	if at, ok := h.Deadline(); !ok || at > now {
		return
	}
	h.link.Expire(now, func(path ip.Path, packet []byte) { h.lost(now, packet) })
	h.sock.Expire(now)
	h.carry(now)
}

// lost tells the sender of a packet whose next hop did not answer (RFC 1122
// section 2.3.2.2; ipv4_link_failure).
func (h *Host) lost(now time.Duration, packet []byte) {
	if isIPv6(packet) {
		if q, err := wire.ParseQuoteIPv6(packet); err == nil {
			h.sock.HandleICMP6(now, &wire.ICMPv6{Type: wire.ICMPv6Unreachable, Code: wire.ICMPv6CodeAddress}, &q)
		}
		return
	}
	if q, err := wire.ParseQuote(packet); err == nil {
		h.sock.HandleICMP(now, &wire.ICMPv4{Type: wire.ICMPUnreachable, Code: wire.ICMPCodeHost}, &q)
	}
}
