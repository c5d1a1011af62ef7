package main

import (
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/ethernet"
	"gvisor.dev/gvisor/pkg/tcpip/link/fdbased"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"

	"github.com/connspec/connspec/diffcheck/bench/trial"
)

const nic = 1

// failure makes an error of one of gVisor's.
func failure(what string, e tcpip.Error) error {
	if e == nil {
		return nil
	}
	return fmt.Errorf("%s: %s", what, e)
}

// options are what both a wired stack and one in memory is made of.
func options() stack.Options {
	return stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol, arp.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocolCUBIC, udp.NewProtocol},
	}
}

// tuned has the buffers and options that runsc gives its stack.
func tuned(s *stack.Stack) error {
	sack, moderate := tcpip.TCPSACKEnabled(true), tcpip.TCPModerateReceiveBufferOption(true)
	send := tcpip.TCPSendBufferSizeRangeOption{Min: tcp.MinBufferSize, Default: tcp.DefaultSendBufferSize, Max: 8 << 20}
	receive := tcpip.TCPReceiveBufferSizeRangeOption{Min: tcp.MinBufferSize, Default: tcp.DefaultReceiveBufferSize, Max: 8 << 20}
	for _, o := range []tcpip.SettableTransportProtocolOption{&sack, &moderate, &send, &receive} {
		if e := s.SetTransportProtocolOption(tcp.ProtocolNumber, o); e != nil {
			return failure(fmt.Sprintf("option %T", o), e)
		}
	}
	return nil
}

// open is a stack on the packet socket of the near end.
func open(s *trial.Spec) (*stack.Stack, error) {
	mac, err := net.ParseMAC(s.MAC)
	if err != nil {
		return nil, err
	}
	farMAC, err := net.ParseMAC(s.FarMAC)
	if err != nil {
		return nil, err
	}
	fd, err := socket(s)
	if err != nil {
		return nil, err
	}
	o := &fdbased.Options{
		FDs: []int{fd}, MTU: uint32(s.MTU), EthernetHeader: true, Address: tcpip.LinkAddress(mac),
		PacketDispatchMode: fdbased.RecvMMsg,
	}
	if s.Offload {
		o.GSOMaxSize, o.RXChecksumOffload = 65536, true
	}
	link, err := fdbased.New(o)
	if err != nil {
		return nil, err
	}
	st := stack.New(options())
	if err := tuned(st); err != nil {
		return nil, err
	}
	if e := st.CreateNIC(nic, link); e != nil {
		return nil, failure("NIC", e)
	}
	if err := address(st, s.Near, 24); err != nil {
		return nil, err
	}
	far := tcpip.AddrFrom4(s.Far.As4())
	if e := st.AddStaticNeighbor(nic, ipv4.ProtocolNumber, far, tcpip.LinkAddress(farMAC)); e != nil {
		return nil, failure("neighbour", e)
	}
	st.SetRouteTable([]tcpip.Route{
		{Destination: subnet(s.Near, 24), NIC: nic},
		{Destination: header.IPv4EmptySubnet, Gateway: far, NIC: nic},
	})
	return st, nil
}

func address(st *stack.Stack, a netip.Addr, bits int) error {
	return failure("address", st.AddProtocolAddress(nic, tcpip.ProtocolAddress{
		Protocol:          ipv4.ProtocolNumber,
		AddressWithPrefix: tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4(a.As4()), PrefixLen: bits},
	}, stack.AddressProperties{}))
}

func subnet(a netip.Addr, bits int) tcpip.Subnet {
	p := tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4(a.As4()), PrefixLen: bits}
	return p.Subnet()
}

// socket is a packet socket on the near end's interface, with buffers as runsc
// asks for them.
func socket(s *trial.Spec) (int, error) {
	const protocol = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8 // in network order
	at, err := net.InterfaceByName(s.Interface)
	if err != nil {
		return -1, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("packet socket: %w", err)
	}
	const buffer = 4 << 20
	for _, o := range []struct {
		level, name, value int
		must               bool
	}{
		{unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, buffer, false},
		{unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, buffer, false},
		{unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1, true},
		{unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1, true},
	} {
		if o.name == unix.PACKET_VNET_HDR && !s.Offload {
			continue
		}
		if err := unix.SetsockoptInt(fd, o.level, o.name, o.value); err != nil && o.must {
			return -1, fmt.Errorf("option %d of the packet socket: %w", o.name, err)
		}
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: protocol, Ifindex: at.Index}); err != nil {
		return -1, fmt.Errorf("bind: %w", err)
	}
	return fd, nil
}

// joined wraps a link without Ethernet headers into one with them.
func joined(link stack.LinkEndpoint) stack.LinkEndpoint { return ethernet.New(link) }
