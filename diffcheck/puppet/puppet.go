// Package puppet is the scripted far end of the wire. It has no stack of its
// own: it turns the frames of a script into Ethernet frames with real
// addresses, ports and sequence numbers, and the frames of the host under test
// back into the canonical ones of a trace.
//
// It reads and writes headers by itself. If it took them from impl/wire, a
// wrong header would look right to both ends of the impl target.
package puppet

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
)

// Config is what a puppet needs to know of its lab.
type Config struct {
	MAC     [6]byte // the puppet's own
	HostMAC [6]byte // of the host under test
	// Verify makes Observe check the checksums of the host's frames. A kernel
	// whose veth offloads them leaves them unfinished; in the lab it does not.
	Verify bool
	// TellSums makes a wrong checksum of TCP part of the frame, and not a fault of
	// the host: there is a way to make Linux send one.
	TellSums bool
	// Strange are addresses of which only those that the naming has are this
	// script's. A frame to another is a late one of an earlier script. Strange6
	// are those of IPv6.
	Strange, Strange6 netip.Prefix
}

// Puppet is the far end of one wire. It belongs to one goroutine.
type Puppet struct {
	cfg    Config
	naming *Naming
	seed   uint64
	conns  []conn // in order of first sight
	last   int    // index in conns of the current connection, -1: none
	clock  uint32 // timestamp clock: one tick per segment sent
	out    []byte
	reply  []byte
	fault  error
}

// New makes a puppet that shares naming with its target.
func New(cfg Config, naming *Naming) *Puppet {
	p := &Puppet{cfg: cfg, naming: naming, out: make([]byte, 0, 2048)}
	p.Reset(0)
	return p
}

// SetMACs tells the puppet the link addresses of another lab.
func (p *Puppet) SetMACs(own, host [6]byte) { p.cfg.MAC, p.cfg.HostMAC = own, host }

// Reset forgets every connection. seed is for the initial sequence numbers.
func (p *Puppet) Reset(seed uint64) {
	p.seed = seed
	p.conns = p.conns[:0]
	p.last = -1
	p.clock = 1000
	p.reply = p.reply[:0]
	p.fault = nil
}

// Fault is what was wrong with a frame of the host beyond what a trace can
// show: a header that contradicts itself or a wrong checksum.
func (p *Puppet) Fault() error { return p.fault }

// Answer gives the frame that the puppet owes the host by itself, an ARP
// reply or a neighbour advertisement. It is valid until the next Observe.
func (p *Puppet) Answer() ([]byte, bool) {
	b := p.reply
	p.reply = p.reply[:0]
	return b, len(b) > 0
}

// Observe takes a frame that the host sent. ok is false for what a trace does
// not hold: ARP and neighbour discovery, later fragments, and what is not TCP,
// UDP or ICMP over IPv4 or IPv6.
func (p *Puppet) Observe(frame []byte) (f script.Frame, ok bool) {
	if len(frame) < etherSize {
		return f, false
	}
	switch binary.BigEndian.Uint16(frame[12:]) {
	case etherARP:
		p.answerARP(frame)
		return f, false
	case etherIPv4:
	case etherIPv6:
		p.answerSolicit(frame[etherSize:])
	default:
		return f, false
	}
	k := packet{lenient: p.cfg.TellSums}
	if noise, err := k.decode(frame[etherSize:], p.cfg.Verify); noise || err != nil {
		if err != nil && p.fault == nil {
			p.fault = fmt.Errorf("frame from the host: %w", err)
		}
		return f, false
	}
	if a := k.dst.Addr(); (p.cfg.Strange.Contains(a) || p.cfg.Strange6.Contains(a)) && p.naming.CanonAddr(a) == a {
		return f, false
	}
	switch k.proto {
	case protoTCP:
		return p.observeTCP(&k), true
	case protoUDP:
		return p.observeUDP(&k), true
	}
	return p.observeICMP(&k), true
}

func (p *Puppet) observeTCP(k *packet) script.Frame {
	i := p.conn(script.ProtoTCP, k.src, k.dst)
	c := &p.conns[i]
	if k.flags&script.SYN != 0 {
		c.hostISN, c.hostKnown = k.seq, true
		c.hostStamps = k.options.Timestamps
		p.last = i
	}
	if k.options.Timestamps {
		c.stamp = k.stamp
	}
	if k.flags&script.ACK != 0 {
		c.hostAck = k.ack
	}
	// In SYN-SENT a RST answers a bad acknowledgement and ends nothing; then
	// something else follows.
	c.hostReset = k.flags&script.RST != 0
	c.keep(k.raw)
	f := script.Frame{
		Proto: script.ProtoTCP, Src: p.naming.CanonHost(k.src), Dst: p.naming.CanonFar(k.dst),
		Flags: k.flags, Seq: k.seq - c.hostISN, Window: k.window, HasWindow: true,
		Options: k.options, Len: k.length, BadSum: k.badSum,
	}
	if k.flags&script.ACK != 0 {
		f.Ack = k.ack - c.farISN
	}
	if k.seq == 0 && k.flags&script.RST != 0 {
		// A RST for a segment without ACK has the absolute number 0 (RFC 9293,
		// section 3.10.7.1), and so has one for an acknowledgement of 0.
		f.Seq = 0
	}
	return f
}

func (p *Puppet) observeUDP(k *packet) script.Frame {
	i := p.conn(script.ProtoUDP, k.src, k.dst)
	p.last = i
	p.conns[i].keep(k.raw)
	return script.Frame{
		Proto: script.ProtoUDP, Src: p.naming.CanonHost(k.src), Dst: p.naming.CanonFar(k.dst), Len: k.length,
	}
}

func (p *Puppet) observeICMP(k *packet) script.Frame {
	f := script.Frame{
		Proto: k.protocol(), Src: p.naming.CanonHost(k.src), Dst: p.naming.CanonFar(k.dst),
		ICMPType: k.icmpType, ICMPCode: k.icmpCode, Len: k.length,
	}
	six := k.proto == protoICMP6
	if !six && !icmpQuotes(k.icmpType) {
		return f
	}
	f.Len = 0
	if six && k.icmpType == icmp6TooBig || !six && k.icmpType == icmpUnreachable && k.icmpCode == icmpFragNeeded {
		f.MTU = k.mtu
	}
	// What the host quotes is a packet of the puppet's.
	var q packet
	if noise, err := q.decodeQuote(k.body); noise || err != nil {
		return f
	}
	f.Quoted = script.Quote{
		Proto: q.protocol(), Src: p.naming.CanonFar(q.src), Dst: p.naming.CanonHost(q.dst), Len: q.length,
	}
	if q.proto == protoTCP {
		f.Quoted.HasSeq = true
		f.Quoted.Seq = q.seq
		if i := p.find(script.ProtoTCP, q.dst, q.src); i >= 0 {
			f.Quoted.Seq -= p.conns[i].farISN
		}
	}
	return f
}

// Endpoints gives the canonical source and destination of an injected frame:
// its own, or the current connection's if they are implied. Before there is a
// connection a SYN comes from 192.0.2.1:40000, anything else from
// 192.0.2.1:8080, and goes to 192.168.0.1:8080.
func (p *Puppet) Endpoints(f *script.Frame) (src, dst netip.AddrPort) {
	if !f.Implied {
		return f.Src, f.Dst
	}
	if p.last >= 0 {
		c := &p.conns[p.last]
		return p.naming.CanonFar(c.far), p.naming.CanonHost(c.host)
	}
	port := uint16(script.RemotePort)
	if f.Proto == script.ProtoTCP && f.Flags&script.SYN != 0 {
		port = script.PassivePort
	}
	return netip.AddrPortFrom(script.Remote1, port), netip.AddrPortFrom(script.Own, script.LocalPort)
}

// Build makes the Ethernet frame for an injected frame. The bytes are valid
// until the next Build.
func (p *Puppet) Build(f *script.Frame) ([]byte, error) {
	if src, dst := f.Src.Addr(), f.Dst.Addr(); !f.Implied && (src.Is4() != dst.Is4() || !src.IsValid() || src.Is4In6() || dst.Is4In6() ||
		src.Is6() != (f.Proto == script.ProtoICMP6) && f.Proto != script.ProtoTCP && f.Proto != script.ProtoUDP) {
		return nil, fmt.Errorf("frame from %v to %v: want addresses of one family, that of the protocol", f.Src, f.Dst)
	}
	switch f.Proto {
	case script.ProtoTCP:
		return p.buildTCP(f)
	case script.ProtoUDP:
		return p.buildUDP(f)
	case script.ProtoICMP:
		return p.buildICMP(f)
	case script.ProtoICMP6:
		return p.buildICMP6(f)
	}
	return nil, fmt.Errorf("frame of unknown protocol %d: want TCP, UDP, ICMP or ICMPv6", f.Proto)
}

// LayResets calls send with frames that end every connection the host may
// still hold, so that none outlives its script, and gives their number. A
// connection counts as held until the host is seen to send a RST on it; so call
// it again, a few times at most, after observing what the host answered.
func (p *Puppet) LayResets(send func([]byte) error) (held int, err error) {
	for i := range p.conns {
		c := &p.conns[i]
		if c.proto != script.ProtoTCP || c.hostReset || !c.hostKnown {
			continue
		}
		held++
		// Acceptable by RFC 5961, section 3.2, exactly at the host's rcvNxt; in
		// SYN-SENT the acknowledgement of its SYN is what counts.
		s := segment{flags: script.RST | script.ACK, seq: c.hostAck, ack: c.hostISN + 1}
		if err := send(p.segment(c, &s)); err != nil {
			return held, err
		}
		// An unacceptable segment: a host that has delayed an acknowledgement
		// answers with its true rcvNxt, one without the connection with RST.
		s = segment{flags: script.ACK, seq: c.hostAck - 1, ack: c.hostISN + 1}
		if err := send(p.segment(c, &s)); err != nil {
			return held, err
		}
	}
	return held, nil
}
