package impl

import (
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/wire"
)

// transmit makes the next frame: ARP first, then queued packets, then segments
// of connections. A nil frame with more true says that a packet was held back
// or dropped and there may be others.
func (h *Host) transmit(now time.Duration) (frame []byte, more bool) {
	if n, ok := h.link.Next(h.frame); ok {
		return h.whenUp(h.frame[:n]), true
	}
	if buf, path, ok := h.sock.Out.Pop(); ok {
		return h.address(now, &path, buf), true
	}
	start, end, path, ok := h.sock.NextWire(now, h.frame)
	if !ok {
		return nil, false
	}
	return h.address(now, path, h.frame[start-ip.Headroom:end]), true
}

// address puts the Ethernet header in front of a packet, whose headroom buf
// includes. Without an address for the next hop the packet waits with link.
func (h *Host) address(now time.Duration, path *ip.Path, buf []byte) []byte {
	if path.Kind == ip.Blackhole || !h.routes.LinkUp() {
		return nil
	}
	mac, ok := h.link.Resolve(now, *path, buf[ip.Headroom:])
	if !ok {
		return nil
	}
	eth := wire.Ethernet{Dst: mac, Src: h.cfg.MAC, Type: wire.EtherTypeIPv4}
	eth.Put(buf)
	return buf
}

func (h *Host) whenUp(frame []byte) []byte {
	if !h.routes.LinkUp() {
		return nil
	}
	return frame
}
