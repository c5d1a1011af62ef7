package rawsock

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
	Interface string  // name, in the network namespace of the calling thread
	MAC       [6]byte // the NIC's own; zero takes the interface's
	// Frames is the number of ring slots, rounded up to a power of two; a
	// frame that finds all of them full is lost and counted. Zero means 1024.
	Frames int
	// Unfiltered says that the interface passes frames for any address as it
	// is (veth does); otherwise one with a MAC not its own is made promiscuous.
	Unfiltered bool
	// QueueDiscipline sends through the interface's queueing discipline
	// instead of past it (PACKET_QDISC_BYPASS).
	QueueDiscipline bool
	// Offload puts a virtio-net header in front of every frame (PACKET_VNET_HDR):
	// the device, or the kernel in its place, cuts up what exceeds the MTU and
	// fills checksums in. It implies QueueDiscipline: past it the kernel only
	// sends what needs no work (__dev_direct_xmit).
	Offload bool
	// Merged says that frames beyond the MTU may arrive, since the sender's
	// device or this one merges them; it needs Offload. The ring is for frames of
	// 64 KiB then.
	Merged bool
	// Spin is how long Wait looks at the ring before it sleeps: a reply that is
	// that quick is not paid for with a wake-up. BusyPoll is what the kernel does
	// in Wait on devices that can (SO_BUSY_POLL).
	Spin, BusyPoll time.Duration
}

// NIC is an open interface.
type NIC struct {
	fd, wake int
	mac      [6]byte
	mtu      int
	ring     ring
	stats    Stats
	offload  hwtarget.Offload
	spin     time.Duration
	woken    atomic.Bool // the eventfd counts something
	batch    []mmsghdr
	iovs     []unix.Iovec
	closed   atomic.Bool
	waiting  sync.Mutex // held by Wait, so that Close unmaps nothing in use
}

var _ hwtarget.NIC = (*NIC)(nil)

// Stats counts what went past the NIC without the caller's noticing.
type Stats struct {
	Lost       uint64 // frames that found the ring full
	Truncated  uint64 // frames larger than a slot, not delivered
	Unfinished uint64 // frames delivered with a checksum left to the hardware
}

type mmsghdr struct {
	hdr unix.Msghdr
	len uint32
	_   [4]byte
}

// Open opens the interface named in cfg, which must be up.
func Open(cfg Config) (*NIC, error) {
	fd, err := Socket()
	if err != nil {
		return nil, err
	}
	return OpenAt(fd, cfg)
}

// Socket makes an unbound packet socket in the network namespace of the
// calling thread, for [OpenAt].
func Socket() (int, error) {
	// Protocol 0 receives nothing until bind names one: no stray frames of
	// other interfaces in the ring.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("rawsock: packet socket: %w (needs CAP_NET_RAW: root or a user namespace)", err)
	}
	return fd, nil
}

// OpenAt is Open on a socket made by [Socket], in whose namespace the
// interface is looked up. It owns fd, also if it fails.
func OpenAt(fd int, cfg Config) (_ *NIC, err error) {
	n := &NIC{fd: fd, wake: -1, mac: cfg.MAC}
	defer func() {
		if err != nil {
			n.release()
			err = fmt.Errorf("rawsock: %s: %w", cfg.Interface, err)
		}
	}()
	ifr, err := unix.NewIfreq(cfg.Interface)
	if err != nil {
		return nil, err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifr); err != nil {
		return nil, err
	}
	index := int(ifr.Uint32())
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFMTU, ifr); err != nil {
		return nil, err
	}
	n.mtu = int(ifr.Uint32())
	if n.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	if err := n.address(cfg, index); err != nil {
		return nil, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
		return nil, fmt.Errorf("PACKET_IGNORE_OUTGOING: %w (needs Linux 4.20)", err)
	}
	if err := n.options(&cfg); err != nil {
		return nil, err
	}
	if !cfg.QueueDiscipline && !cfg.Offload {
		if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1); err != nil {
			return nil, fmt.Errorf("PACKET_QDISC_BYPASS: %w", err)
		}
	}
	if err := n.ring.open(fd, cfg.Frames, n.largest(&cfg)); err != nil {
		return nil, err
	}
	ll := &unix.SockaddrLinklayer{Protocol: bigEndian16(unix.ETH_P_ALL), Ifindex: index}
	if err := unix.Bind(fd, ll); err != nil {
		return nil, fmt.Errorf("bind: %w", err)
	}
	return n, nil
}

// address settles the NIC's MAC and opens the interface's address filter for
// it.
func (n *NIC) address(cfg Config, index int) error {
	own, err := interfaceMAC(n.fd, cfg.Interface)
	if err != nil {
		return err
	}
	if n.mac == ([6]byte{}) {
		n.mac = own
	}
	if n.mac == own || cfg.Unfiltered {
		return nil
	}
	mreq := &unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}
	if err := unix.SetsockoptPacketMreq(n.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, mreq); err != nil {
		return fmt.Errorf("promiscuous mode: %w", err)
	}
	return nil
}

// Send implements [hwtarget.NIC]. A full device queue gives ENOBUFS or EAGAIN
// with the number of frames that went out before it.
func (n *NIC) Send(frames [][]byte) (int, error) {
	if n.closed.Load() {
		return 0, hwtarget.ErrClosed
	}
	for sent := 0; sent < len(frames); {
		var k int
		var errno syscall.Errno
		if len(frames)-sent == 1 {
			k, errno = 1, sendOne(n.fd, frames[sent])
		} else {
			k, errno = n.sendBatch(frames[sent:min(len(frames), sent+maxBatch)])
		}
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 {
			return sent, errno
		}
		sent += k
	}
	return len(frames), nil
}

// Sent frames per system call, at most.
const maxBatch = 64

// sendOne and sendBatch never block (MSG_DONTWAIT), so they need not tell the
// scheduler that they enter the kernel: a reply that is awaited comes sooner.
func sendOne(fd int, frame []byte) syscall.Errno {
	if len(frame) == 0 {
		return unix.EINVAL
	}
	_, _, errno := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&frame[0])),
		uintptr(len(frame)), unix.MSG_DONTWAIT, 0, 0)
	return errno
}

func (n *NIC) sendBatch(frames [][]byte) (int, syscall.Errno) {
	if n.batch == nil {
		n.batch = make([]mmsghdr, maxBatch)
		n.iovs = make([]unix.Iovec, maxBatch)
		for i := range n.batch {
			n.batch[i].hdr.Iov = &n.iovs[i]
			n.batch[i].hdr.SetIovlen(1)
		}
	}
	for i, f := range frames {
		if len(f) == 0 {
			return 0, unix.EINVAL
		}
		n.iovs[i].Base = &f[0]
		n.iovs[i].SetLen(len(f))
	}
	k, _, errno := syscall.RawSyscall6(unix.SYS_SENDMMSG, uintptr(n.fd), uintptr(unsafe.Pointer(&n.batch[0])),
		uintptr(len(frames)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(k), 0
}

// Recv implements [hwtarget.NIC]. It makes no system call.
func (n *NIC) Recv(frames [][]byte) (int, error) {
	if n.closed.Load() {
		return 0, hwtarget.ErrClosed
	}
	return n.ring.take(frames, n.offload.Largest > 0, &n.stats), nil
}

// Wait implements [hwtarget.NIC].
func (n *NIC) Wait(timeout time.Duration) error {
	n.waiting.Lock()
	defer n.waiting.Unlock()
	if n.closed.Load() {
		return hwtarget.ErrClosed
	}
	if timeout != 0 && n.spun() {
		return nil
	}
	var ts *unix.Timespec
	if timeout >= 0 {
		t := unix.NsecToTimespec(int64(timeout))
		ts = &t
	}
	fds := [2]unix.PollFd{{Fd: int32(n.fd), Events: unix.POLLIN}, {Fd: int32(n.wake), Events: unix.POLLIN}}
	_, err := unix.Ppoll(fds[:], ts, nil)
	if err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("rawsock: poll: %w", err)
	}
	if fds[1].Revents != 0 && !n.closed.Load() {
		n.woken.Store(false)
		var count [8]byte
		unix.Read(n.wake, count[:]) // non-blocking; only resets the counter
	}
	if n.closed.Load() {
		return hwtarget.ErrClosed
	}
	if fds[0].Revents&unix.POLLERR != 0 {
		if errno, _ := unix.GetsockoptInt(n.fd, unix.SOL_SOCKET, unix.SO_ERROR); errno != 0 {
			return fmt.Errorf("rawsock: %w", syscall.Errno(errno))
		}
	}
	return nil
}

// Wake implements [hwtarget.NIC].
func (n *NIC) Wake() {
	n.woken.Store(true)
	one := [8]byte{1}
	unix.Write(n.wake, one[:]) // fails only when the counter is full: awake anyway
}

// MAC implements [hwtarget.NIC].
func (n *NIC) MAC() [6]byte { return n.mac }

// MTU implements [hwtarget.NIC].
func (n *NIC) MTU() int { return n.mtu }

// Offload implements [hwtarget.NIC].
func (n *NIC) Offload() hwtarget.Offload { return n.offload }

// Stats gives the counts since Open. It belongs to the goroutine that calls
// Recv.
func (n *NIC) Stats() Stats {
	// tp_drops is reset by each reading (packet(7)).
	if st, err := unix.GetsockoptTpacketStats(n.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
		n.stats.Lost += uint64(st.Drops)
	}
	return n.stats
}

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
	n.ring.close()
	if n.wake >= 0 {
		unix.Close(n.wake)
	}
	unix.Close(n.fd)
}

func bigEndian16(v uint16) uint16 { return v<<8 | v>>8 }
