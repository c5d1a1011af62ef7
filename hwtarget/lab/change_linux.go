package lab

import (
	"errors"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Changes of a lane that a script asks for; each has one that takes it back.

// lacks is what has been taken from a lane.
type lacks struct{ link, loopback, own6 bool }

// RouteAdd adds a route, or replaces the one to the same prefix.
func (l *Lane) RouteAdd(r Route) error {
	l.batch.route(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, hostIndex, r)
	return l.batch.run(l.netlink)
}

// RouteDel removes the route to r.Prefix of r.Kind. The error is ESRCH if there
// is none.
func (l *Lane) RouteDel(r Route) error {
	l.batch.route(unix.RTM_DELROUTE, 0, hostIndex, r)
	return l.batch.run(l.netlink)
}

// LinkDown sets eth0 down; the kernel forgets the routes through it.
func (l *Lane) LinkDown() error {
	l.lacks.link = true
	l.batch.up("eth0 down", hostIndex, false)
	return l.batch.run(l.netlink)
}

// LinkMTU sets the MTU of eth0 in bytes.
func (l *Lane) LinkMTU(mtu int) error {
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Index = hostIndex
	l.batch.request("eth0 mtu", unix.RTM_NEWLINK, 0, msg, nl.NewRtAttr(unix.IFLA_MTU, nl.Uint32Attr(uint32(mtu))))
	return l.batch.run(l.netlink)
}

// LinkUp sets eth0 up again and puts the routes and the neighbour back.
func (l *Lane) LinkUp() error {
	l.lacks.link, l.lacks.own6 = false, false
	l.batch.up("eth0 up", hostIndex, true)
	l.addresses6(&l.batch) // which go with the link, as IPv4's do not
	l.learn(&l.batch)
	return errors.Join(l.batch.run(l.netlink), l.linked(), l.settled6())
}

// LoopbackDown sets lo down.
func (l *Lane) LoopbackDown() error {
	l.lacks.loopback = true
	l.batch.up("lo down", loopbackIx, false)
	return l.batch.run(l.netlink)
}

// LoopbackUp sets lo up again and puts the IPv6 routes that reject back, which
// hang on it.
func (l *Lane) LoopbackUp() error {
	l.lacks.loopback = false
	l.batch.up("lo up", loopbackIx, true)
	for _, r := range Routes6() {
		if l.IPv6 && r.Kind != Unicast {
			l.batch.route(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, hostIndex, r)
		}
	}
	return errors.Join(l.batch.run(l.netlink), l.settled6())
}

// NeighborDel makes the kernel forget the hardware address of a neighbour.
func (l *Lane) NeighborDel(a netip.Addr) error {
	l.batch.request("no neighbour "+a.String(), unix.RTM_DELNEIGH, 0, ndMsg{family: family(a), index: hostIndex},
		nl.NewRtAttr(unix.NDA_DST, a.AsSlice()))
	return l.batch.run(l.netlink)
}

// NeighborAdd tells it that the neighbour is the puppet.
func (l *Lane) NeighborAdd(a netip.Addr) error {
	l.batch.neighbor(hostIndex, a, PuppetMAC)
	return l.batch.run(l.netlink)
}

// AddrDel takes an address from eth0. With the last one the kernel forgets the
// routes through it. The error is EADDRNOTAVAIL if eth0 does not have it.
func (l *Lane) AddrDel(p netip.Prefix) error {
	l.lacks.own6 = l.lacks.own6 || p == Own6
	msg := nl.NewIfAddrmsg(int(family(p.Addr())))
	msg.Prefixlen, msg.Index = uint8(p.Bits()), uint32(hostIndex)
	l.batch.request("no address "+p.String(), unix.RTM_DELADDR, 0, msg, nl.NewRtAttr(unix.IFA_LOCAL, p.Addr().AsSlice()))
	return l.batch.run(l.netlink)
}

// AddrAdd gives eth0 an address and puts the routes and the neighbours of its family
// back. The error is EEXIST if it has an IPv4 address already.
func (l *Lane) AddrAdd(p netip.Prefix) error {
	if p.Addr().Is6() {
		l.lacks.own6 = l.lacks.own6 && p != Own6
		l.batch.addr6(hostIndex, p)
		l.learn6(&l.batch)
		return errors.Join(l.batch.run(l.netlink), l.settled6())
	}
	l.batch.addr(hostIndex, p)
	l.learn4(&l.batch)
	return l.batch.run(l.netlink)
}
