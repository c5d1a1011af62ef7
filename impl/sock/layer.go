// Package sock is the socket layer: descriptors, the state of every socket,
// the errno of every call, readiness, and calls that block. It joins the
// transports below (impl/tcp, impl/udp) to the calls above. How a system
// departs from the others is asked of its personality.
//
// A Layer emits whole IP packets: datagrams, resets and ICMP into two queues,
// one for the NIC and one for packets to the host itself; segments of
// connections are made when they are asked for.
package sock

import (
	"maps"
	"slices"
	"time"

	"github.com/connspec/connspec/impl/index"
	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/impl/ports"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/timer"
	"github.com/connspec/connspec/impl/vfs"
	"github.com/connspec/connspec/spec"
)

// Config is what a Layer needs to know of its host.
type Config struct {
	Personality *personality.Personality
	MTU         int
	Offload     int        // largest packet that the NIC cuts up into segments; 0: none
	TCP         tcp.Config // of connections over the NIC; MTU is set from above
	Secret      [16]byte   // of initial sequence numbers (RFC 6528) and ports (RFC 6056)
	Descriptors int        // limit of open descriptors; the first three are taken
	PortFirst   uint16     // ephemeral range; zero: the default one
	PortLast    uint16
	ReceiveMax  int // bytes queued per datagram socket
	// DatagramQueue is how many datagrams an AF_UNIX socket may have waiting and
	// still take one more (net.unix.max_dgram_qlen); 0: the default.
	DatagramQueue int
	RemnantsMax   int // zero: the default
	OrphansMax    int // likewise
}

// Limits and defaults.
const (
	descriptorFirst   = 3    // 0, 1 and 2 belong to the process
	descriptorsUsual  = 1024 // RLIMIT_NOFILE
	somaxconn         = 4096 // net.core.somaxconn
	receiveMaxDefault = 212992
	loopbackMTU       = 65535
	loopbackMTU6      = 65536
	embryosMax        = 1024 // half-open connections per listener
	datagramQueue     = 10   // net.unix.max_dgram_qlen
)

// Layer is the socket layer of one host. Sockets, connections, open files and
// blocked calls are named by their index; index 0 is nobody in each.
type Layer struct {
	p       *personality.Personality
	cfg     Config
	wireTCP *tcp.Config // of connections over the NIC; never changed, only replaced
	loopTCP *tcp.Config

	// Those of connections over IPv6: their MTU is less by what a header of IPv6 has
	// over one of IPv4.
	wireTCP6, loopTCP6 *tcp.Config

	routes *ip.Table
	paths  ip.PathMTU

	Out  ip.Queue // packets for the NIC
	Loop ip.Queue // packets for the host itself
	// Trusted says that the transport checksum of the packet in hand is right.
	Trusted bool

	fds     []int32 // descriptor -> file
	fdsFull int     // no descriptor below is free
	files   slab[file]
	socks   slab[Socket]
	conns   slab[connection]
	unixes  slab[unixSocket]
	waits   slab[wait]
	buffers tcp.Pool // of connections

	remnants slab[remnant]
	orphans  int // connections without a user that still have something to say

	names    index.Table // of connections and remnants, see names.go
	tcpPorts ports.Table
	udpPorts ports.Table
	chooser  ports.Chooser
	timers   timer.Heap // by connection

	remnantTimers timer.Heap // by remnant

	readyWire   fifo       // connections that may have something to send over the NIC
	readyLoop   fifo       // and to the host itself
	woken       fifo       // sockets whose blocked calls are to be tried again
	fastPeers   []fastPeer // oldest first
	fastClient  bool       // net.ipv4.tcp_fastopen, bit 0
	fastUnasked bool       // and bit 2: data goes without a cookie
	pollers     waitList
	closers     waitList
	postpone    bool  // the connect under way leaves its SYN to the first read or write
	lingering   int32 // connection that the close under way is to wait for
	lingerFor   time.Duration
	pollsDue    bool // to be tried again
	epolls      slab[epoll]
	interests   slab[interest]
	patience    timer.Heap // by blocked call that has a time limit
	signals     [spec.SignalCount]spec.Disposition
	threads     map[int]int32 // thread -> wait; looked up only
	completed   []completion  // ended blocked calls, oldest first
	identifier  uint16        // of the next IP packet
	scratch     []byte        // a datagram that must be cut into fragments
	spare       tcp.Conn      // makes the SYN|ACK of a cookie
	pollFiles   []int32       // of the poll in progress
	path        ip.Path       // of the segment that was made last
	now         time.Duration // of the verb in progress
	serial      uint32        // of sockets, in order of creation

	fs       vfs.FS
	abstract map[unixKey]int32 // abstract names of AF_UNIX; looked up only
	chosen   int32             // the last of those that the system chose
}

// completion is a blocked call that ended.
type completion struct {
	thread int
	result spec.Result
}

// Reset makes l the layer of a host that has just started, over routes.
func (l *Layer) Reset(cfg Config, routes *ip.Table) {
	l.cfg, l.p, l.routes = cfg, cfg.Personality, routes
	if l.cfg.Descriptors == 0 {
		l.cfg.Descriptors = descriptorsUsual
	}
	if l.cfg.ReceiveMax == 0 {
		l.cfg.ReceiveMax = receiveMaxDefault
	}
	if l.cfg.DatagramQueue == 0 {
		l.cfg.DatagramQueue = datagramQueue
	}
	if l.cfg.RemnantsMax == 0 {
		l.cfg.RemnantsMax = remnantsUsual
	}
	if l.cfg.OrphansMax == 0 {
		l.cfg.OrphansMax = orphansUsual
	}
	l.orphans = 0
	l.wireTCP = shared(l.wireTCP, cfg.TCP, cfg.MTU)
	l.loopTCP = shared(l.loopTCP, cfg.TCP, loopbackMTU)
	l.shareTCP6()
	l.paths.Reset()
	l.Out.Reset()
	l.Loop.Reset()
	l.fds, l.fdsFull = l.fds[:0], 0
	l.fastPeers, l.fastClient, l.fastUnasked = l.fastPeers[:0], true, false
	l.files.reset()
	l.socks.reset()
	l.conns.reset()
	l.waits.reset()
	l.tcpPorts.Reset()
	l.tcpPorts.Exact, l.udpPorts.Exact = l.p.ReuseExact, l.p.ReuseExact
	l.udpPorts.Reset()
	l.resetUnix()
	l.resetChooser()
	l.timers.Reset()
	l.remnants.reset()
	l.remnantTimers.Reset()
	l.names.Reset()
	clear(l.threads)
	if l.threads == nil {
		l.threads = make(map[int]int32)
	}
	l.readyWire.reset()
	l.readyLoop.reset()
	l.woken.reset()
	l.pollers, l.closers, l.pollsDue, l.lingering = waitList{}, waitList{}, false, 0
	l.epolls.reset()
	l.interests.reset()
	l.patience.Reset()
	l.signals = [spec.SignalCount]spec.Disposition{}
	l.completed = l.completed[:0]
	l.identifier, l.serial = uint16(cfg.Secret[0])<<8|uint16(cfg.Secret[1]), 0
}

// shared is old if it has the values of cfg with this MTU, else a new one:
// connections of a clone may still use the old.
func shared(old *tcp.Config, cfg tcp.Config, mtu int) *tcp.Config {
	cfg.MTU = mtu
	if old != nil && *old == cfg {
		return old
	}
	fresh := new(tcp.Config)
	*fresh = cfg
	return fresh
}

func (l *Layer) resetChooser() {
	l.chooser = ports.Chooser{First: l.cfg.PortFirst, Last: l.cfg.PortLast}
	if l.chooser.First == 0 {
		l.chooser.First, l.chooser.Last = ports.EphemeralFirst, ports.EphemeralLast
	}
}

// CopyTo makes c an independent copy of l over routes, a copy of l's own.
func (l *Layer) CopyTo(c *Layer, routes *ip.Table) {
	*c = *l
	c.routes = routes
	c.Out, c.Loop, c.paths = l.Out.Clone(), l.Loop.Clone(), l.paths.Clone()
	c.fds = slices.Clone(l.fds)
	c.fastPeers = slices.Clone(l.fastPeers)
	c.files = l.files.clone(func(dst, src *file) { *dst = *src })
	c.socks = l.socks.clone((*Socket).copyTo)
	c.buffers = tcp.Pool{}
	c.conns = l.conns.clone(func(dst, src *connection) {
		dst.tcp.Borrow(&c.buffers)
		dst.copyTo(src)
	})
	c.waits = l.waits.clone((*wait).copyTo)
	c.epolls = l.epolls.clone(func(dst, src *epoll) { *dst = *src })
	c.interests = l.interests.clone(func(dst, src *interest) { *dst = *src })
	c.remnants = l.remnants.clone(func(dst, src *remnant) { *dst = *src })
	c.names, c.threads = l.names.Clone(), maps.Clone(l.threads)
	c.unixes, c.abstract, c.fs = l.unixes.clone((*unixSocket).copyTo), maps.Clone(l.abstract), l.fs.Clone()
	c.tcpPorts, c.udpPorts = l.tcpPorts.Clone(), l.udpPorts.Clone()
	c.timers = timer.Heap{}
	l.timers.CopyTo(&c.timers)
	c.remnantTimers = timer.Heap{}
	l.remnantTimers.CopyTo(&c.remnantTimers)
	c.patience = timer.Heap{}
	l.patience.CopyTo(&c.patience)
	c.readyWire, c.readyLoop, c.woken = l.readyWire.clone(), l.readyLoop.clone(), l.woken.clone()
	c.completed = slices.Clone(l.completed)
	c.scratch, c.pollFiles, c.spare = nil, nil, tcp.Conn{}
}

// shareTCP6 makes the configurations of connections over IPv6.
func (l *Layer) shareTCP6() {
	l.wireTCP6 = shared(l.wireTCP6, l.cfg.TCP, l.cfg.MTU-headerMore6)
	l.loopTCP6 = shared(l.loopTCP6, l.cfg.TCP, loopbackMTU6-headerMore6)
}

// SetSynRetries says how often the SYN of attempts from now on is repeated.
func (l *Layer) SetSynRetries(n int) { l.Tune(func(c *tcp.Config) { c.SynRetries = n }) }

// SetPortRange says which ports are ephemeral.
func (l *Layer) SetPortRange(first, last uint16) { l.chooser.First, l.chooser.Last = first, last }

// SetDescriptors limits how many descriptors may be open.
func (l *Layer) SetDescriptors(n int) { l.cfg.Descriptors = n }
