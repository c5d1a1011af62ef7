package rawsock

import (
	"fmt"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget"
)

// ring is a TPACKET_V2 receive ring (Documentation/networking/packet_mmap):
// slots of one size, each with a header whose status word says whose it is,
// used in order.
type ring struct {
	mem   []byte
	size  uint32        // of a slot, a power of two
	mask  uint32        // slots - 1
	next  uint32        // the slot that fills next
	taken uint32        // slots before it that the caller is still reading
	ahead atomic.Uint32 // next, for Wait
}

const (
	defaultFrames = 1024
	maxFrames     = 1 << 20
	// Room in a slot before the frame: the header, a sockaddr_ll, a virtio-net
	// header, and the alignment of the network header (tpacket_rcv).
	slotHead = 128
	// Slots per page block handed to the kernel: blocks are physically
	// contiguous, so small ones are easier to have.
	blockSize = 1 << 16
)

func (r *ring) open(fd, frames, mtu int) error {
	if frames == 0 {
		frames = defaultFrames
	}
	if frames < 0 || frames > maxFrames {
		return fmt.Errorf("ring of %d frames: want 1 to %d", frames, maxFrames)
	}
	size := ceilPower(slotHead + hwtarget.HeaderSize + mtu)
	block := max(size, min(blockSize, ceilPower(frames)*size))
	block = max(block, unix.Getpagesize())
	frames = max(ceilPower(frames), block/size)
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V2); err != nil {
		return fmt.Errorf("PACKET_VERSION: %w", err)
	}
	req := unix.TpacketReq{
		Block_size: uint32(block), Block_nr: uint32(frames * size / block),
		Frame_size: uint32(size), Frame_nr: uint32(frames),
	}
	if err := unix.SetsockoptTpacketReq(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return fmt.Errorf("PACKET_RX_RING of %d frames of %d bytes: %w", frames, size, err)
	}
	mem, err := unix.Mmap(fd, 0, frames*size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("mmap of the ring: %w", err)
	}
	r.mem, r.size, r.mask = mem, uint32(size), uint32(frames-1)
	return nil
}

func (r *ring) close() {
	if r.mem != nil {
		unix.Munmap(r.mem)
		r.mem = nil
	}
}

func (r *ring) slot(i uint32) *unix.Tpacket2Hdr {
	return (*unix.Tpacket2Hdr)(unsafe.Pointer(&r.mem[int(i&r.mask)*int(r.size)]))
}

// take gives back the slots of the last take and hands out the next ones.
// headed says that each has a virtio-net header.
func (r *ring) take(frames [][]byte, headed bool, stats *Stats) int {
	front := uint32(0)
	if headed {
		front = hwtarget.OffloadHeaderSize
	}
	for ; r.taken > 0; r.taken-- {
		atomic.StoreUint32(&r.slot(r.next-r.taken).Status, unix.TP_STATUS_KERNEL)
	}
	n := 0
	for n < len(frames) && r.taken <= r.mask {
		h := r.slot(r.next)
		status := atomic.LoadUint32(&h.Status)
		if status&unix.TP_STATUS_USER == 0 {
			break
		}
		if status&unix.TP_STATUS_CSUMNOTREADY != 0 && !headed {
			stats.Unfinished++
		}
		if h.Snaplen == h.Len {
			at := int(r.next&r.mask)*int(r.size) + int(h.Mac)
			end := at + int(h.Snaplen)
			frames[n] = r.mem[at-int(front) : end : end]
			n++
		} else {
			stats.Truncated++
		}
		r.next++
		r.taken++
	}
	r.ahead.Store(r.next)
	return n
}

// ready says whether the next slot has a frame. It may run beside take.
func (r *ring) ready() bool {
	return atomic.LoadUint32(&r.slot(r.ahead.Load()).Status)&unix.TP_STATUS_USER != 0
}

// ceilPower is the smallest power of two that is not below v.
func ceilPower(v int) int { return 1 << bits.Len(uint(max(v, 1)-1)) }
