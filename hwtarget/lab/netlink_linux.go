package lab

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// batch is a number of rtnetlink requests that go to the kernel in one system
// call; it works them off in order and answers each.
type batch struct {
	buf  []byte
	what []string
}

// request adds one. what names it in the error.
func (b *batch) request(what string, proto, flags int, parts ...nl.NetlinkRequestData) {
	req := nl.NewNetlinkRequest(proto, flags|unix.NLM_F_ACK)
	req.Seq = uint32(len(b.what))
	for _, p := range parts {
		req.AddData(p)
	}
	b.buf = append(b.buf, req.Serialize()...)
	b.what = append(b.what, what)
}

// run sends the batch over a NETLINK_ROUTE socket and empties it. The error
// names the first request that failed.
func (b *batch) run(fd int) error {
	defer func() { b.buf, b.what = b.buf[:0], b.what[:0] }()
	if err := unix.Sendto(fd, b.buf, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("lab: netlink: %w", err)
	}
	var first error
	var in [8192]byte
	for answered := 0; answered < len(b.what); {
		n, _, err := unix.Recvfrom(fd, in[:], 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("lab: netlink: %w", err)
		}
		msgs, err := syscall.ParseNetlinkMessage(in[:n])
		if err != nil {
			return fmt.Errorf("lab: netlink answer: %w", err)
		}
		for _, m := range msgs {
			if m.Header.Type != unix.NLMSG_ERROR || len(m.Data) < 4 || int(m.Header.Seq) >= len(b.what) {
				continue
			}
			answered++
			if e := int32(binary.NativeEndian.Uint32(m.Data)); e != 0 && first == nil {
				first = fmt.Errorf("lab: %s: %w", b.what[m.Header.Seq], syscall.Errno(-e))
			}
		}
	}
	return first
}

// routeType asks what kind of route the kernel has to a, RTN_…; RTN_UNSPEC if none.
func routeType(fd int, a netip.Addr) (uint8, error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETROUTE, 0)
	req.AddData(&nl.RtMsg{RtMsg: unix.RtMsg{Family: family(a), Dst_len: uint8(a.BitLen())}})
	req.AddData(nl.NewRtAttr(unix.RTA_DST, a.AsSlice()))
	if err := unix.Sendto(fd, req.Serialize(), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, fmt.Errorf("lab: netlink: %w", err)
	}
	var in [8192]byte
	for {
		n, _, err := unix.Recvfrom(fd, in[:], 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("lab: netlink: %w", err)
		}
		msgs, err := syscall.ParseNetlinkMessage(in[:n])
		if err != nil {
			return 0, fmt.Errorf("lab: netlink answer: %w", err)
		}
		for _, m := range msgs {
			switch {
			case m.Header.Seq != req.Seq:
			case m.Header.Type == unix.NLMSG_ERROR: // as for no route
				return unix.RTN_UNSPEC, nil
			case m.Header.Type == unix.RTM_NEWROUTE && len(m.Data) >= unix.SizeofRtMsg:
				return m.Data[7], nil // rtm_type
			}
		}
	}
}

func netlinkSocket() (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return -1, fmt.Errorf("lab: netlink socket: %w", err)
	}
	// Answers without the request in them: they all fit in the socket's buffer.
	if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_CAP_ACK, 1); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("lab: NETLINK_CAP_ACK: %w", err)
	}
	return fd, nil
}

// end is one end of a veth pair.
type end struct {
	name  string
	index int32 // chosen by us, so that later requests need not ask for it
	mac   [6]byte
	netns int // descriptor; -1 is where the request is made
}

func (e end) attrs(mtu int) []nl.NetlinkRequestData {
	a := []nl.NetlinkRequestData{
		nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(e.name)),
		nl.NewRtAttr(unix.IFLA_ADDRESS, e.mac[:]),
		nl.NewRtAttr(unix.IFLA_MTU, nl.Uint32Attr(uint32(mtu))),
	}
	if e.netns >= 0 {
		a = append(a, nl.NewRtAttr(unix.IFLA_NET_NS_FD, nl.Uint32Attr(uint32(e.netns))))
	}
	return a
}

func (b *batch) veth(here, there end, mtu int) {
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Index = here.index
	info := nl.NewRtAttr(unix.IFLA_LINKINFO, nil)
	info.AddRtAttr(nl.IFLA_INFO_KIND, nl.NonZeroTerminated("veth"))
	peer := info.AddRtAttr(nl.IFLA_INFO_DATA, nil).AddRtAttr(nl.VETH_INFO_PEER, nil)
	peerMsg := nl.NewIfInfomsgChild(peer, unix.AF_UNSPEC)
	peerMsg.Index = there.index
	for _, a := range there.attrs(mtu) {
		peer.AddChild(a)
	}
	parts := append([]nl.NetlinkRequestData{msg}, here.attrs(mtu)...)
	b.request("new veth pair "+here.name+" "+there.name, unix.RTM_NEWLINK,
		unix.NLM_F_CREATE|unix.NLM_F_EXCL, append(parts, info)...)
}

// up sets an interface up, or down.
func (b *batch) up(what string, index int32, up bool) {
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Index, msg.Change = index, unix.IFF_UP
	if up {
		msg.Flags = unix.IFF_UP
	}
	b.request(what, unix.RTM_NEWLINK, 0, msg)
}

func (b *batch) addr(index int32, p netip.Prefix) {
	msg := nl.NewIfAddrmsg(unix.AF_INET)
	msg.Prefixlen, msg.Index = uint8(p.Bits()), uint32(index)
	ip := p.Addr().AsSlice()
	b.request("address "+p.String(), unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, msg,
		nl.NewRtAttr(unix.IFA_LOCAL, ip), nl.NewRtAttr(unix.IFA_ADDRESS, ip),
		nl.NewRtAttr(unix.IFA_BROADCAST, broadcast(p).AsSlice()))
}

// addr6 adds an IPv6 address that is used at once, without a look whether
// another host has it. One that is there already stays.
func (b *batch) addr6(index int32, p netip.Prefix) {
	msg := nl.NewIfAddrmsg(unix.AF_INET6)
	msg.Prefixlen, msg.Index, msg.Flags = uint8(p.Bits()), uint32(index), unix.IFA_F_NODAD
	ip := p.Addr().AsSlice()
	b.request("address "+p.String(), unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, msg,
		nl.NewRtAttr(unix.IFA_LOCAL, ip), nl.NewRtAttr(unix.IFA_ADDRESS, ip))
}

// family is the address family of a, by its number.
func family(a netip.Addr) uint8 {
	if a.Is6() {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

// broadcast is the highest address of an IPv4 prefix.
func broadcast(p netip.Prefix) netip.Addr {
	v := binary.BigEndian.Uint32(p.Addr().AsSlice()) | uint32(1<<(32-p.Bits())-1)
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, v)))
}

// ndMsg is struct ndmsg of <linux/neighbour.h>.
type ndMsg struct {
	family uint8
	index  int32
	state  uint16
}

func (m ndMsg) Len() int { return 12 }

func (m ndMsg) Serialize() []byte {
	b := []byte{m.family, 0, 0, 0}
	b = binary.NativeEndian.AppendUint32(b, uint32(m.index))
	b = binary.NativeEndian.AppendUint16(b, m.state)
	return append(b, 0, 0)
}

// neighbor adds a neighbour entry that never ages.
func (b *batch) neighbor(index int32, a netip.Addr, mac [6]byte) {
	b.request("neighbour "+a.String(), unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_REPLACE,
		ndMsg{family: family(a), index: index, state: unix.NUD_PERMANENT},
		nl.NewRtAttr(unix.NDA_DST, a.AsSlice()), nl.NewRtAttr(unix.NDA_LLADDR, mac[:]))
}

func (b *batch) route(proto, flags int, index int32, r Route) {
	msg := &nl.RtMsg{RtMsg: unix.RtMsg{
		Family: family(r.Prefix.Addr()), Table: unix.RT_TABLE_MAIN, Protocol: unix.RTPROT_STATIC,
		Scope: unix.RT_SCOPE_UNIVERSE, Type: r.Kind.rtn(), Dst_len: uint8(r.Prefix.Bits()),
	}}
	parts := []nl.NetlinkRequestData{msg, nl.NewRtAttr(unix.RTA_DST, r.Prefix.Masked().Addr().AsSlice())}
	if r.Kind == Unicast {
		parts = append(parts, nl.NewRtAttr(unix.RTA_OIF, nl.Uint32Attr(uint32(index))))
		if r.Gateway.IsValid() {
			parts = append(parts, nl.NewRtAttr(unix.RTA_GATEWAY, r.Gateway.AsSlice()))
		} else {
			msg.Scope = unix.RT_SCOPE_LINK
		}
	}
	b.request("route "+r.String(), proto, flags, parts...)
}
