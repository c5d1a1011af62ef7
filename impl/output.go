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
	if n, ok := h.link.Next(h.frame[wire.VirtioLen:]); ok {
		return h.whenUp(h.frame[:wire.VirtioLen+n]), true
	}
	if buf, path, ok := h.sock.Out.Pop(); ok {
		work, _, _ := wire.ParseVirtio(buf)
		return h.address(now, &path, buf, work), true
	}
	start, end, path, work, ok := h.sock.NextWire(now, h.frame)
	if !ok {
		return nil, false
	}
	return h.address(now, path, h.frame[start-ip.Headroom:end], work), true
}

// address puts the Ethernet header in front of a packet, whose headroom buf
// includes. Without an address for the next hop the packet waits with link.
func (h *Host) address(now time.Duration, path *ip.Path, buf []byte, work wire.Virtio) []byte {
	if path.Kind == ip.Blackhole || !h.routes.LinkUp() {
		return nil
	}
	frame := buf[wire.VirtioLen:]
	var mac wire.MAC
	ok := false
	if work == (wire.Virtio{}) {
		mac, ok = h.link.Resolve(now, *path, buf[ip.Headroom:])
	} else {
		mac, ok = h.resolveCut(now, path, frame, &work)
	}
	if !ok {
		return nil
	}
	eth := wire.Ethernet{Dst: mac, Src: h.cfg.MAC, Type: wire.EtherTypeIPv4}
	if isIPv6(buf[ip.Headroom:]) {
		eth.Type = wire.EtherTypeIPv6
	}
	eth.Put(frame)
	return h.headed(buf, &work)
}

// whenUp is an ARP frame behind the room for a Virtio header, on a link that is up.
func (h *Host) whenUp(buf []byte) []byte {
	if !h.routes.LinkUp() {
		return nil
	}
	return h.headed(buf, &wire.Virtio{})
}
