package tap

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget"
)

// Config says what to open.
type Config struct {
	Interface string  // name of the device, made if there is none
	MAC       [6]byte // the NIC's own; the kernel's end has another
	MTU       int     // bytes; 0: 1500. The kernel's end is to have the same
	// Offload puts a virtio-net header in front of every frame, and lets the
	// kernel leave checksums and segmentation to the NIC, and the NIC to it.
	Offload bool
}

const (
	mtuDefault    = 1500
	largestPacket = 65535
	batch         = 32 // frames of one Recv
)

// NIC is an open device. Closing it removes one that Open made.
type NIC struct {
	fd, wake int
	mac      [6]byte
	mtu      int
	offload  hwtarget.Offload
	room     [batch][]byte
	closed   atomic.Bool
	waiting  sync.Mutex // held by Wait, so that Close closes nothing in use
}

var _ hwtarget.NIC = (*NIC)(nil)

// Open opens a device in the network namespace of the calling thread. It is down
// until somebody sets it up (rawsock.Up).
func Open(cfg Config) (_ *NIC, err error) {
	n := &NIC{fd: -1, wake: -1, mac: cfg.MAC, mtu: cfg.MTU}
	if n.mtu == 0 {
		n.mtu = mtuDefault
	}
	defer func() {
		if err != nil {
			n.release()
			err = fmt.Errorf("tap: %s: %w", cfg.Interface, err)
		}
	}()
	ifr, err := unix.NewIfreq(cfg.Interface)
	if err != nil {
		return nil, err
	}
	if n.fd, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0); err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	flags := uint16(unix.IFF_TAP | unix.IFF_NO_PI)
	size := hwtarget.HeaderSize + n.mtu
	if cfg.Offload {
		flags |= unix.IFF_VNET_HDR
		n.offload.Largest = largestPacket
		size = hwtarget.OffloadHeaderSize + hwtarget.HeaderSize + max(largestPacket, n.mtu)
	}
	ifr.SetUint16(flags)
	if err := unix.IoctlIfreq(n.fd, unix.TUNSETIFF, ifr); err != nil {
		return nil, fmt.Errorf("TUNSETIFF: %w (needs CAP_NET_ADMIN)", err)
	}
	if cfg.Offload {
		const all = unix.TUN_F_CSUM | unix.TUN_F_TSO4 | unix.TUN_F_TSO6
		if err := unix.IoctlSetInt(n.fd, unix.TUNSETOFFLOAD, all); err != nil {
			return nil, fmt.Errorf("TUNSETOFFLOAD: %w", err)
		}
	}
	if n.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	for i := range n.room {
		n.room[i] = make([]byte, size)
	}
	return n, nil
}

// Send implements [hwtarget.NIC].
func (n *NIC) Send(frames [][]byte) (int, error) {
	if n.closed.Load() {
		return 0, hwtarget.ErrClosed
	}
	for i, f := range frames {
		if len(f) == 0 {
			return i, unix.EINVAL
		}
		_, _, errno := syscall.RawSyscall(unix.SYS_WRITE, uintptr(n.fd), uintptr(unsafe.Pointer(&f[0])), uintptr(len(f)))
		if errno != 0 {
			return i, errno
		}
	}
	return len(frames), nil
}

// Recv implements [hwtarget.NIC].
func (n *NIC) Recv(frames [][]byte) (int, error) {
	if n.closed.Load() {
		return 0, hwtarget.ErrClosed
	}
	got := 0
	for got < min(len(frames), batch) {
		b := n.room[got]
		k, _, errno := syscall.RawSyscall(unix.SYS_READ, uintptr(n.fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
		switch errno {
		case 0:
			frames[got] = b[:k]
			got++
		case unix.EAGAIN, unix.EINTR:
			return got, nil
		default:
			return got, errno
		}
	}
	return got, nil
}

// Wait implements [hwtarget.NIC].
func (n *NIC) Wait(timeout time.Duration) error {
	n.waiting.Lock()
	defer n.waiting.Unlock()
	if n.closed.Load() {
		return hwtarget.ErrClosed
	}
	var ts *unix.Timespec
	if timeout >= 0 {
		t := unix.NsecToTimespec(int64(timeout))
		ts = &t
	}
	fds := [2]unix.PollFd{{Fd: int32(n.fd), Events: unix.POLLIN}, {Fd: int32(n.wake), Events: unix.POLLIN}}
	if _, err := unix.Ppoll(fds[:], ts, nil); err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("tap: poll: %w", err)
	}
	if n.closed.Load() {
		return hwtarget.ErrClosed
	}
	if fds[1].Revents != 0 {
		var count [8]byte
		unix.Read(n.wake, count[:]) // non-blocking; only resets the counter
	}
	return nil
}

// Wake implements [hwtarget.NIC].
func (n *NIC) Wake() {
	one := [8]byte{1}
	unix.Write(n.wake, one[:]) // fails only when the counter is full: awake anyway
}

// MAC implements [hwtarget.NIC].
func (n *NIC) MAC() [6]byte { return n.mac }

// MTU implements [hwtarget.NIC].
func (n *NIC) MTU() int { return n.mtu }

// Offload implements [hwtarget.NIC].
func (n *NIC) Offload() hwtarget.Offload { return n.offload }

// Close implements [hwtarget.NIC].
func (n *NIC) Close() error {
	if n.closed.Swap(true) {
		return nil
	}
	n.Wake()
	n.waiting.Lock()
	defer n.waiting.Unlock()
	n.release()
	return nil
}

func (n *NIC) release() {
	for _, fd := range [...]int{n.fd, n.wake} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
