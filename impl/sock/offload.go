package sock

import (
	"encoding/binary"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/wire"
)

// parseTCP reads a segment; whether its checksum is looked at, Trusted says.
func (l *Layer) parseTCP(b []byte, p wire.Pseudo) (wire.TCP, []byte, error) {
	if l.Trusted {
		return wire.ParseTCPTrusted(b)
	}
	return wire.ParseTCP(b, p)
}

// parseUDP is parseTCP for a datagram.
func (l *Layer) parseUDP(b []byte, p wire.Pseudo) (wire.UDP, []byte, error) {
	if l.Trusted {
		return wire.ParseUDPTrusted(b)
	}
	return wire.ParseUDP(b, p)
}

// mergedMax is how many datagrams leave as one (Linux UDP_MAX_SEGMENTS).
const mergedMax = 64

// merge puts a datagram behind the one that was queued last, if the two have
// the same names and the NIC can part them again: all must be of one size, but
// for the last, which may be shorter. It reports whether it did.
func (l *Layer) merge(path *ip.Path, from, to uint16, payload []byte) bool {
	const head = wire.IPv4Len + wire.UDPLen
	if l.cfg.Offload == 0 || path.Kind != ip.Unicast || path.Loops || !path.Dst.Is4() || len(payload) == 0 {
		return false
	}
	buf, last := l.Out.Last()
	if buf == nil || len(buf) <= ip.Headroom+head || *last != *path {
		return false
	}
	packet, datagram := buf[ip.Headroom:], buf[ip.Headroom+wire.IPv4Len:]
	names := uint32(from)<<16 | uint32(to)
	if packet[9] != byte(wire.ProtocolUDP) || packet[6]&0x3f|packet[7] != 0 || binary.BigEndian.Uint32(datagram) != names {
		return false
	}
	before := len(packet) - head
	size := before
	if work, _, _ := wire.ParseVirtio(buf); work.Segment > 0 {
		size = int(work.Segment)
	}
	if before%size != 0 || before/size >= mergedMax || len(payload) > size ||
		head+size > l.cfg.MTU || len(packet)+len(payload) > l.cfg.Offload {
		return false
	}
	buf = l.Out.Lengthen(len(payload))
	packet, datagram = buf[ip.Headroom:], buf[ip.Headroom+wire.IPv4Len:]
	copy(datagram[wire.UDPLen+before:], payload)
	work := wire.OffloadUDP(wire.EthernetLen+wire.IPv4Len, size)
	work.Put(buf)
	h := wire.IPv4{DontFragment: true, TTL: ttl, Protocol: wire.ProtocolUDP,
		Src: path.Src.As4(), Dst: path.Dst.As4()}
	h.Put(packet)
	u := wire.UDP{SrcPort: from, DstPort: to}
	u.PutPartial(datagram, wire.PseudoIPv4(h.Src, h.Dst, wire.ProtocolUDP))
	return true
}
