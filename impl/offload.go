package impl

import (
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/sock"
	"github.com/connspec/connspec/impl/wire"
)

// makeFrame makes room for the largest frame that Next gives.
func (h *Host) makeFrame() {
	h.cfg.Offload = min(h.cfg.Offload, OffloadMax)
	n := sock.SegmentOffset + h.cfg.MTU
	if h.cfg.Offload > 0 { // the packet of one with the longest header must not exceed it
		n = sock.SegmentOffset + max(h.cfg.Offload-wire.IPv6Len-wire.TCPLenMax, h.cfg.MTU)
	}
	if len(h.frame) < n {
		h.frame = make([]byte, n)
	}
	h.frame = h.frame[:n]
}

// receiveOffloaded takes a frame with a Virtio header. Datagrams that were
// merged come one by one; merged TCP segments are as good as one.
func (h *Host) receiveOffloaded(now time.Duration, buf []byte) {
	work, frame, err := wire.ParseVirtio(buf)
	if err != nil || !h.routes.LinkUp() {
		return
	}
	h.sock.Trusted = work.Trusted()
	if work.Kind == wire.SegmentUDP {
		h.growCut(len(frame))
		work.Cut(frame, h.cut, func(one []byte) { h.receive(now, one) })
	} else {
		h.receive(now, frame)
	}
	h.sock.Trusted = false
}

// headed puts the Virtio header in front of a frame where the NIC wants it.
func (h *Host) headed(buf []byte, work *wire.Virtio) []byte {
	if h.cfg.Offload == 0 {
		return buf[wire.VirtioLen:]
	}
	work.Put(buf)
	return buf
}

// resolveCut finds the Ethernet address for a frame that the NIC is to work on.
// While it is not known the packets that the NIC would make wait instead.
func (h *Host) resolveCut(now time.Duration, path *ip.Path, frame []byte, work *wire.Virtio) (mac wire.MAC, ok bool) {
	if mac, ok = h.link.Known(now, *path); ok {
		return mac, true
	}
	h.growCut(len(frame))
	work.Cut(frame, h.cut, func(one []byte) {
		mac, ok = h.link.Resolve(now, *path, one[wire.EthernetLen:])
	})
	return mac, ok
}

func (h *Host) growCut(n int) {
	if len(h.cut) < n {
		h.cut = make([]byte, n)
	}
}
