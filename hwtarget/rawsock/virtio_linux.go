package rawsock

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// largestPacket is what a virtio-net header can have cut up: the largest that an
// IP header can tell the length of.
const largestPacket = 65535

// options sets what must be set before there is a ring.
func (n *NIC) options(cfg *Config) error {
	if cfg.Offload {
		if err := unix.SetsockoptInt(n.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1); err != nil {
			return fmt.Errorf("PACKET_VNET_HDR: %w", err)
		}
		n.offload.Largest = largestPacket
	} else if cfg.Merged {
		return fmt.Errorf("merged frames have no room without Offload")
	}
	if us := cfg.BusyPoll.Microseconds(); us > 0 {
		if err := unix.SetsockoptInt(n.fd, unix.SOL_SOCKET, unix.SO_BUSY_POLL, int(us)); err != nil {
			return fmt.Errorf("SO_BUSY_POLL: %w", err)
		}
	}
	n.spin = cfg.Spin
	return nil
}

// largest is the largest packet that the ring has room for.
func (n *NIC) largest(cfg *Config) int {
	if cfg.Merged {
		return max(largestPacket, n.mtu)
	}
	return n.mtu
}

// spun looks at the ring for as long as Config.Spin says, and reports whether
// there is a frame. Wake ends it.
func (n *NIC) spun() bool {
	if n.spin == 0 {
		return false
	}
	began := time.Now()
	for !n.woken.Load() && time.Since(began) < n.spin {
		if n.ring.ready() {
			return true
		}
	}
	return false
}
