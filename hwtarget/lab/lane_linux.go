package lab

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/rawsock"
)

// Options of a lane or a wire. The zero value is what scripts run on.
type Options struct {
	Frames int // slots in each NIC's ring; zero means 256
	MTU    int // bytes; zero means [MTU]
	// Plain leaves the kernel's sysctls as the system has them, but for IPv6.
	Plain bool
	// IPv6 gives the kernel of a lane IPv6, where the machine has it.
	IPv6 bool
}

func (o Options) frames() int {
	if o.Frames == 0 {
		return 256
	}
	return o.Frames
}

func (o Options) mtu() int {
	if o.MTU == 0 {
		return MTU
	}
	return o.MTU
}

// quiet is for every namespace, before an interface comes up in it: IPv6 would
// send router and neighbour solicitations of its own.
var quiet = []setting{
	{"ipv6/conf/all/disable_ipv6", "1"},
	{"ipv6/conf/default/disable_ipv6", "1"},
}

// scripted makes the kernel answer each script as if it were the first: no
// rate limits, nothing remembered of a peer, and short SYN retransmission.
var scripted = []setting{
	{"ipv4/tcp_syn_retries", "1"},
	{"unix/max_dgram_qlen", "1"}, // a queue that a short script can fill
	{"ipv4/icmp_ratelimit", "0"},
	{"ipv4/icmp_msgs_per_sec", "100000000"},
	{"ipv4/icmp_msgs_burst", "100000000"},
	{"ipv4/tcp_invalid_ratelimit", "0"},
	{"ipv4/tcp_no_metrics_save", "1"},
	{"ipv4/conf/all/rp_filter", "0"},
	{"ipv4/conf/default/rp_filter", "0"},
}

// brisk makes the kernel of a lane give up a neighbour after 3 times 60 ms; Linux's
// own is 3 seconds. Each interface has its own.
var brisk = []setting{
	{"ipv4/neigh/" + hostName + "/retrans_time_ms", "60"},
	{"ipv6/neigh/" + hostName + "/retrans_time_ms", "60"},
}

const (
	hostName   = "eth0"
	hostIndex  = 64
	farName    = PairFarName
	farIndex   = 65
	loopbackIx = 1 // LOOPBACK_IFINDEX
)

// farMAC is the far interface's own. The NIC there goes by another address, so
// that the kernel on that side takes its frames for somebody else's and drops
// them unread.
var farMAC = [6]byte{0x02, 0, 0, 0, 0, 0xfe}

// Lane is a kernel in a namespace of its own and a NIC at the far end of its
// wire.
type Lane struct {
	// Missing names the sysctls that could not be set, with the reason: ones
	// that this kernel does not have or does not keep per namespace.
	Missing []string
	// IPv6 says that the kernel has the addresses and routes of [Own6] and
	// [Routes6]; NoIPv6 why it has not, though [Options.IPv6] asks for them.
	IPv6   bool
	NoIPv6 string

	kernel  int // descriptor of the kernel's namespace
	netlink int // rtnetlink socket in it
	control int // datagram socket in it, for ioctls
	six     int // datagram socket of IPv6 in it, or -1; see settled6
	far     int // datagram socket in the puppet's namespace, likewise
	puppet  *rawsock.NIC
	jobs    chan func()
	ended   chan struct{}
	closing sync.Once
	batch   batch

	firewall firewall
	lacks    lacks
}

// NewLane makes one. The process must be root or have entered the lab.
func NewLane(o Options) (*Lane, error) {
	l := &Lane{kernel: -1, netlink: -1, control: -1, six: -1, far: -1, jobs: make(chan func()), ended: make(chan struct{})}
	if _, err := home(); err != nil {
		return nil, err
	}
	made := make(chan error)
	go l.thread(o, made)
	if err := <-made; err != nil {
		return nil, err
	}
	return l, nil
}

// thread is the lane's own: it is born, lives and dies in the lane's
// namespaces, so that no other goroutine ever runs there by accident.
func (l *Lane) thread(o Options, made chan<- error) {
	runtime.LockOSThread()
	err := l.build(o)
	if err != nil {
		l.release()
	}
	made <- err
	if err == nil {
		for job := range l.jobs {
			job()
		}
		l.release()
	}
	leave()
	close(l.ended)
}

// leave takes the thread out of the namespace. One that is left locked ends
// with its goroutine, except the process's first, which the runtime keeps and
// the namespace with it; hence the way home.
func leave() {
	if fd, err := home(); err == nil && unix.Setns(fd, unix.CLONE_NEWNET) == nil {
		runtime.UnlockOSThread()
	}
}

func (l *Lane) build(o Options) error {
	farNS, err := unshareNet()
	if err != nil {
		return err
	}
	defer unix.Close(farNS)
	sysctls(quiet)
	packet, err := rawsock.Socket()
	if err != nil {
		return err
	}
	if l.kernel, err = l.buildKernel(o, farNS); err == nil {
		err = l.connect(packet)
	}
	if err != nil {
		unix.Close(packet)
		return err
	}
	cfg := rawsock.Config{Interface: farName, MAC: PuppetMAC, Frames: o.frames(), Unfiltered: true}
	l.puppet, err = rawsock.OpenAt(packet, cfg)
	return err
}

// buildKernel makes the kernel's namespace and what is in it, all but the far
// end's link.
func (l *Lane) buildKernel(o Options, farNS int) (netns int, err error) {
	if netns, err = unshareNet(); err != nil {
		return -1, err
	}
	if o.IPv6 {
		l.NoIPv6 = noIPv6()
		l.IPv6 = l.NoIPv6 == ""
	}
	if l.IPv6 {
		l.Missing = sysctls(speaking)
	} else {
		l.Missing = sysctls(quiet)
	}
	if !o.Plain {
		l.Missing = append(l.Missing, sysctls(scripted)...)
	}
	if l.netlink, err = netlinkSocket(); err != nil {
		return netns, err
	}
	if l.control, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return netns, fmt.Errorf("lab: control socket: %w", err)
	}
	b := &l.batch
	b.up("lo up", loopbackIx, true)
	b.veth(end{hostName, hostIndex, HostMAC, -1}, end{farName, farIndex, farMAC, farNS}, o.mtu())
	if err = b.run(l.netlink); err != nil || o.Plain {
		return netns, err
	}
	l.Missing = append(l.Missing, sysctls(brisk)...)
	return netns, nil
}

// connect brings both ends up. fd is a socket in the far namespace.
func (l *Lane) connect(fd int) error {
	if err := rawsock.Offloads(l.control, hostName); err != nil {
		return err
	}
	if err := rawsock.Offloads(fd, farName); err != nil {
		return err
	}
	if err := rawsock.Up(fd, farName); err != nil {
		return err
	}
	b := &l.batch
	b.up("eth0 up", hostIndex, true)
	b.addr(hostIndex, Own)
	l.addresses6(b)
	l.far = fd
	l.learn(b)
	if err := b.run(l.netlink); err != nil {
		return err
	}
	if err := l.linked(); err != nil {
		return err
	}
	if err := l.socket6(); err != nil {
		return err
	}
	return l.settled6()
}

// learn adds the neighbour and the routes, which the kernel forgets when the
// link goes down.
func (l *Lane) learn(b *batch) {
	l.learn4(b)
	l.learn6(b)
}

func (l *Lane) learn4(b *batch) {
	b.neighbor(hostIndex, Gateway, PuppetMAC)
	for _, r := range Routes() {
		b.route(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, hostIndex, r)
	}
}

// linked waits, without sleeping, until both ends have a carrier.
func (l *Lane) linked() error {
	for _, e := range [...]struct {
		fd   int
		name string
	}{{l.far, farName}, {l.control, hostName}} {
		if ok, err := rawsock.Linked(e.fd, e.name); err != nil {
			return err
		} else if !ok {
			return fmt.Errorf("lab: %s has no carrier", e.name)
		}
	}
	return nil
}

// release closes what the lane holds; the namespaces go with the last socket
// in them.
func (l *Lane) release() {
	if l.puppet != nil {
		// Closing a packet socket sleeps for an RCU grace period, some 25 ms,
		// which nobody need wait for.
		go l.puppet.Close()
	}
	l.firewall.close()
	for _, fd := range [...]int{l.kernel, l.netlink, l.control, l.six} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// Do runs f on the lane's own thread, inside the kernel's namespace. It costs
// two changes of thread; see [Lane.Bind].
func (l *Lane) Do(f func() error) error {
	done := make(chan error)
	l.jobs <- func() { done <- f() }
	return <-done
}

// Bind moves the calling goroutine into the kernel's namespace, locked to its
// thread: until release, its socket(2) makes sockets there. Release must be
// called by the same goroutine, before the lane is closed.
func (l *Lane) Bind() (release func(), err error) { return bind(l.kernel) }

// Socket makes a socket in the kernel's namespace from any goroutine.
func (l *Lane) Socket(domain, typ, proto int) (fd int, err error) {
	err = l.Do(func() (err error) {
		fd, err = unix.Socket(domain, typ|unix.SOCK_CLOEXEC, proto)
		return err
	})
	return fd, err
}

// Puppet is the NIC at the far end. The lane closes it.
func (l *Lane) Puppet() hwtarget.NIC { return l.puppet }

// PuppetStats is what went past the NIC at the far end.
func (l *Lane) PuppetStats() rawsock.Stats { return l.puppet.Stats() }

// SetSysctl sets a sysctl of the kernel's namespace, by its path below
// /proc/sys/net ("ipv4/tcp_syn_retries"); restore sets it back.
func (l *Lane) SetSysctl(name, value string) (restore func() error, err error) {
	var old string
	err = l.Do(func() error {
		b, err := os.ReadFile("/proc/sys/net/" + name)
		if err != nil {
			return err
		}
		old = strings.TrimSpace(string(b))
		return sysctl(setting{name, value})
	})
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	return func() error { return l.Do(func() error { return sysctl(setting{name, old}) }) }, nil
}

// Close ends the lane; the NIC is closed a little later. Sockets made in it, and goroutines bound to it, keep its
// namespace until they are gone too.
func (l *Lane) Close() error {
	l.closing.Do(func() { close(l.jobs) })
	<-l.ended
	return nil
}
