package lab

import (
	"fmt"
	"net/netip"
	"runtime"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget/rawsock"
)

// Pair is a kernel at the far end of a veth pair and, in a second namespace,
// whoever is to talk to it: another kernel, or a program that opens PairName
// with a packet socket. Programs are run at its ends, see [Pair.Near].
type Pair struct {
	near, far int // descriptors of the namespaces
	// Missing names the sysctls that could not be set, with the reason.
	Missing []string
}

// pairOwnMAC is the near interface's own where a stack goes by PairMAC there:
// the kernel then takes its frames for somebody else's and drops them unread.
var pairOwnMAC = [6]byte{0x02, 0, 0, 0, 1, 0xfe}

// patient is for measuring, not for scripts: nothing is answered more slowly
// for having been asked often, and nothing is remembered of a peer.
var patient = []setting{
	{"ipv4/icmp_ratelimit", "0"},
	{"ipv4/tcp_no_metrics_save", "1"},
	{"ipv4/tcp_max_syn_backlog", "65536"},
	{"core/somaxconn", "65535"},
	{"ipv4/conf/all/rp_filter", "0"},
	{"ipv4/conf/default/rp_filter", "0"},
}

// NewPair makes one. The process must be root or have entered the lab.
func NewPair(o PairOptions) (*Pair, error) {
	if _, err := home(); err != nil {
		return nil, err
	}
	p := &Pair{near: -1, far: -1}
	made := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := p.build(o)
		leave()
		made <- err
	}()
	if err := <-made; err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Near and Far move the calling goroutine, locked to its thread, to an end: a
// program that it starts until release runs there.
func (p *Pair) Near() (release func(), err error) { return bind(p.near) }

// Far is the other end; see [Pair.Near].
func (p *Pair) Far() (release func(), err error) { return bind(p.far) }

// Close lets go of the namespaces, which end with the last program in them.
func (p *Pair) Close() error {
	for _, fd := range [...]int{p.near, p.far} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	p.near, p.far = -1, -1
	return nil
}

func (p *Pair) build(o PairOptions) (err error) {
	if p.near, err = unshareNet(); err != nil {
		return err
	}
	p.Missing = sysctls(append(quiet, patient...))
	nearSocket, err := netlinkSocket()
	if err != nil {
		return err
	}
	defer unix.Close(nearSocket)
	if p.far, err = unshareNet(); err != nil {
		return err
	}
	p.Missing = append(p.Missing, sysctls(append(quiet, patient...))...)
	farSocket, err := netlinkSocket()
	if err != nil {
		return err
	}
	defer unix.Close(farSocket)
	mtu := Options{MTU: o.MTU}.mtu()
	mac := pairOwnMAC
	if o.Kernel {
		mac = PairMAC
	}
	var b batch
	b.up("lo up", loopbackIx, true)
	b.veth(end{farName, farIndex, PairFarMAC, -1}, end{PairName, hostIndex, mac, p.near}, mtu)
	b.up(farName+" up", farIndex, true)
	b.addr(farIndex, PairFar)
	b.local(PairDests)
	b.via(farIndex, PairNear.Addr(), netip.Addr{}, o.Congestion)
	b.neighbor(farIndex, PairNear.Addr(), PairMAC)
	if err := b.run(farSocket); err != nil {
		return err
	}
	b.up("lo up", loopbackIx, true)
	b.up(PairName+" up", hostIndex, true)
	if o.Kernel {
		b.addr(hostIndex, PairNear)
		b.via(hostIndex, PairFar.Addr(), netip.Addr{}, o.Congestion)
		b.viaPrefix(hostIndex, PairDests, PairFar.Addr(), o.Congestion)
		b.neighbor(hostIndex, PairFar.Addr(), PairFarMAC)
	}
	if err := b.run(nearSocket); err != nil {
		return err
	}
	return p.carrier(o)
}

// carrier settles offloads and waits, without sleeping, for both ends' links.
func (p *Pair) carrier(o PairOptions) error {
	for _, e := range [...]struct {
		netns int
		name  string
	}{{p.near, PairName}, {p.far, farName}} {
		if err := unix.Setns(e.netns, unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("lab: enter network namespace: %w", err)
		}
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("lab: control socket: %w", err)
		}
		if !o.Offload {
			err = rawsock.Offloads(fd, e.name)
		}
		if err == nil {
			_, err = rawsock.Linked(fd, e.name)
		}
		unix.Close(fd)
		if err != nil {
			return err
		}
	}
	return nil
}

// local makes the kernel answer for all addresses of a prefix.
func (b *batch) local(p netip.Prefix) {
	msg := &nl.RtMsg{RtMsg: unix.RtMsg{
		Family: family(p.Addr()), Table: unix.RT_TABLE_LOCAL, Protocol: unix.RTPROT_STATIC,
		Scope: unix.RT_SCOPE_HOST, Type: unix.RTN_LOCAL, Dst_len: uint8(p.Bits()),
	}}
	b.request("local "+p.String(), unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, msg,
		nl.NewRtAttr(unix.RTA_DST, p.Masked().Addr().AsSlice()),
		nl.NewRtAttr(unix.RTA_OIF, nl.Uint32Attr(loopbackIx)))
}

func (b *batch) via(index int32, a, gateway netip.Addr, congestion string) {
	b.viaPrefix(index, netip.PrefixFrom(a, a.BitLen()), gateway, congestion)
}

// viaPrefix adds a route whose connections use a congestion control.
func (b *batch) viaPrefix(index int32, p netip.Prefix, gateway netip.Addr, congestion string) {
	msg := &nl.RtMsg{RtMsg: unix.RtMsg{
		Family: family(p.Addr()), Table: unix.RT_TABLE_MAIN, Protocol: unix.RTPROT_STATIC,
		Scope: unix.RT_SCOPE_LINK, Type: unix.RTN_UNICAST, Dst_len: uint8(p.Bits()),
	}}
	parts := []nl.NetlinkRequestData{msg, nl.NewRtAttr(unix.RTA_DST, p.Masked().Addr().AsSlice()),
		nl.NewRtAttr(unix.RTA_OIF, nl.Uint32Attr(uint32(index)))}
	if gateway.IsValid() {
		msg.Scope = unix.RT_SCOPE_UNIVERSE
		parts = append(parts, nl.NewRtAttr(unix.RTA_GATEWAY, gateway.AsSlice()))
	}
	if congestion != "" {
		metrics := nl.NewRtAttr(unix.RTA_METRICS, nil)
		metrics.AddRtAttr(unix.RTAX_CC_ALGO, nl.ZeroTerminated(congestion))
		parts = append(parts, metrics)
	}
	b.request("route "+p.String()+" congctl "+congestion, unix.RTM_NEWROUTE,
		unix.NLM_F_CREATE|unix.NLM_F_REPLACE, parts...)
}
