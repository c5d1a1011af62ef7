package model

import "github.com/connspec/connspec/spec"

// Descriptors that are of interest to connect because it fails on them: of
// O_PATH, of files that are no socket, and of sockets that are not of the
// Internet nor of AF_UNIX. Of the last, connect and nothing else is modelled.

var fileRules = []Rule{
	{Name: "open/path-elsewhere", Class: Succeed, on: on(spec.OpOpen), For: forElsewhere,
		Title: "O_PATH is not modelled outside Linux.", when: asPath, then: leaves(LeftCall)},
	{Name: "open/path", Class: Succeed, on: on(spec.OpOpen), For: forLinux, Evidence: "open(2)",
		Title: "With O_PATH open gives a descriptor that is none to most calls.", when: asPath, then: installs(FilePath)},
	{Name: "eventfd2/elsewhere", Class: Succeed, on: on(spec.OpEventfd), For: forElsewhere,
		Title: "eventfd2 is Linux's, and elsewhere not modelled.", then: leaves(LeftCall)},
	{Name: "eventfd2/ok", Class: Succeed, on: on(spec.OpEventfd), For: forLinux, Evidence: "eventfd(2)",
		Title: "eventfd2 gives the lowest free descriptor, of a file that is no socket.", then: installs(FileEvent)},
	{Name: "pipe2/ok", Class: Succeed, on: on(spec.OpPipe), For: forAll, Evidence: "POSIX.1-2008, pipe()",
		Title: "pipe2 gives two descriptors of files that are no sockets.", then: func(m *move) {
			m.result(Return{Pair: [2]uint8{uint8(m.install(FilePipe)), uint8(m.install(FilePipe))}})
		}},
	{Name: "fcntl/path/EBADF", Class: Shall, on: on(spec.OpFcntl), For: forLinux, Evidence: "Linux 6.18, check_fcntl_cmd",
		Title: "On a descriptor of O_PATH no flags can be set.",
		when:  func(m *move) bool { return m.file == FilePath && m.c.Cmd == spec.FSetfl }, then: fails(spec.EBADF)},
	{Name: "fcntl/path/F_GETFL", Class: Succeed, on: on(spec.OpFcntl), For: forLinux, Evidence: "open(2)",
		Title: "A descriptor of O_PATH has no access mode.",
		when:  func(m *move) bool { return m.file == FilePath }, then: func(m *move) { m.ret(0) }},
	{Name: "fcntl/other-file", Class: Succeed, on: on(spec.OpFcntl), For: forAll,
		Title: "The flags of pipes, eventfds, rulesets and sockets of other families are not modelled.",
		when:  func(m *move) bool { return m.file >= FileOther && m.file < FileEpoll }, then: leaves(LeftOption)},

	{Name: "socket/netlink", Class: Succeed, on: on(spec.OpSocket), For: forLinux, Evidence: "netlink(7)",
		Title: "A socket of AF_NETLINK speaks with the kernel.", needs: oddSocket,
		when: all(otherFamily(spec.AFNetlink), func(m *move) bool { return m.c.Protocol == spec.ProtocolDefault }), then: installs(FileNetlink)},
	{Name: "socket/packet", Class: Succeed, on: on(spec.OpSocket), For: forLinux, Evidence: "packet(7)",
		Title: "A socket of AF_PACKET speaks with an interface.", needs: oddSocket,
		when: all(otherFamily(spec.AFPacket), func(m *move) bool { return m.c.Protocol == spec.ProtocolDefault }), then: installs(FilePacket)},
	{Name: "socket/mptcp", Class: Succeed, on: on(spec.OpSocket), For: forLinux, Evidence: "Linux 6.18, mptcp_init_sock",
		Title: "A socket of MPTCP is one that the model knows little of.", needs: oddSocket, when: wantsMPTCP, then: installs(FileMPTCP)},
	{Name: "socket/other-family", Class: Succeed, on: on(spec.OpSocket), For: forAll,
		Title: "Sockets of AF_NETLINK and AF_PACKET are not modelled otherwise, nor is MPTCP.", needs: oddSocket,
		when: func(m *move) bool {
			return m.c.Family == spec.AFNetlink || m.c.Family == spec.AFPacket || m.c.Protocol == spec.ProtocolMPTCP
		}, then: leaves(LeftFamily)},
}

func asPath(m *move) bool { return m.c.Value&spec.OPath != 0 }

func installs(f File) func(*move) { return func(m *move) { m.ret(m.install(f)) } }

// otherFamily: socket asks for a raw or datagram socket of that family.
func otherFamily(f spec.Family) func(*move) bool {
	return func(m *move) bool {
		return m.c.Family == f && (m.c.Type == spec.SockRaw || m.c.Type == spec.SockDgram)
	}
}

func wantsMPTCP(m *move) bool {
	return (m.c.Family == spec.AFInet || m.c.Family == spec.AFInet6) && m.c.Type == spec.SockStream && m.c.Protocol == spec.ProtocolMPTCP
}

// on another socket, with an address that the kernel could copy.
func otherSocket(f File) func(*move) bool {
	return func(m *move) bool {
		return m.file == f && m.c.To.Len >= 0 && m.c.To.Len <= 128 && (!badPointer(m) || m.c.To.Len == 0)
	}
}

// sizeofSockaddrNl is sizeof(struct sockaddr_nl).
const sizeofSockaddrNl = 12

const linuxNetlink = "Linux 6.18, netlink_connect"

var connectOther = []Rule{
	{Name: "connect/packet/EOPNOTSUPP", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, packet_ops (sock_no_connect)",
		Title: "A socket of AF_PACKET does not connect, nor can AF_UNSPEC do anything to it.", when: otherSocket(FilePacket), then: fails(spec.EOPNOTSUPP)},
	{Name: "connect/netlink/EINVAL-no-family", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: linuxNetlink,
		Title: "A socket of AF_NETLINK fails where there is no room for a family.", when: all(otherSocket(FileNetlink), shorter(2)), then: fails(spec.EINVAL)},
	{Name: "connect/netlink/dissolve", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: linuxNetlink,
		Title: "AF_UNSPEC takes the peer from a socket of AF_NETLINK.", when: all(otherSocket(FileNetlink), unspec), then: succeeds},
	{Name: "connect/netlink/EINVAL", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: linuxNetlink,
		Title: "A socket of AF_NETLINK fails with another family, or a shorter address.",
		when:  all(otherSocket(FileNetlink), anyOf(shorter(sizeofSockaddrNl), func(m *move) bool { return m.c.To.Family != spec.AFNetlink })), then: fails(spec.EINVAL)},
	{Name: "connect/netlink/ok", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: linuxNetlink,
		Title: "A socket of AF_NETLINK connects to the kernel, as often as it likes.", when: otherSocket(FileNetlink), then: succeeds},
	{Name: "connect/ping/EINVAL-no-family", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, inet_dgram_connect",
		Title: "A datagram socket of ICMP fails where there is no room for a family.", when: all(otherSocket(FilePing), shorter(2)), then: fails(spec.EINVAL)},
	{Name: "connect/ping/dissolve", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, inet_dgram_connect",
		Title: "AF_UNSPEC takes the peer from a datagram socket of ICMP.", when: all(otherSocket(FilePing), unspec), then: succeeds},
	{Name: "connect/ping/EINVAL", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __ip4_datagram_connect",
		Title: "A datagram socket of ICMP fails with a shorter address.", when: all(otherSocket(FilePing), shorter(spec.SizeofSockaddrIn)), then: fails(spec.EINVAL)},
	{Name: "connect/ping/EAFNOSUPPORT", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __ip4_datagram_connect",
		Title: "A datagram socket of ICMP fails with another family.", when: all(otherSocket(FilePing), func(m *move) bool { return m.c.To.Family != spec.AFInet }), then: fails(spec.EAFNOSUPPORT)},
	{Name: "connect/ping/ok", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ping_prot (ip4_datagram_connect)",
		Title: "A datagram socket of ICMP gets a peer as one of UDP does.",
		when:  all(otherSocket(FilePing), to(AddrRemote1, AddrRemote2), func(m *move) bool { return m.w.Env == (Surroundings{}) || m.w.Env == (Surroundings{Lacks: Pings}) }), then: succeeds},
	{Name: "connect/ping/left-out", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "Other peers of datagram sockets of ICMP are not modelled, nor changed surroundings.", when: otherSocket(FilePing), then: leaves(LeftAddress)},
	{Name: "connect/mptcp/EINVAL-no-family", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect",
		Title: "A socket of MPTCP fails where there is no room for a family.", when: all(otherSocket(FileMPTCP), shorter(2)), then: fails(spec.EINVAL)},
	{Name: "connect/mptcp/dissolve", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, mptcp_disconnect",
		Title: "AF_UNSPEC does nothing to a fresh socket of MPTCP.", when: all(otherSocket(FileMPTCP), unspec), then: succeeds},
	{Name: "connect/mptcp/left-out", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "How MPTCP connects is not modelled.", when: otherSocket(FileMPTCP), then: leaves(LeftFamily)},
}

// otherSockets: calls on sockets of other families leave the model.
var otherSockets = func() []Rule {
	var table []Rule
	for op := spec.OpBind; op < spec.OpOpen; op++ {
		switch op {
		case spec.OpConnect, spec.OpPoll, spec.OpFcntl, spec.OpDup, spec.OpDup2, spec.OpClose:
			continue
		}
		table = append(table, Rule{
			Name: op.String() + "/other-socket", Class: Succeed, on: on(op), For: forLinux,
			Title: op.String() + " on a socket of another family is not modelled.", of: nonSockets,
			when: func(m *move) bool { return m.file >= FilePing && m.file <= FileMPTCP }, then: leaves(LeftFamily),
		})
	}
	return table
}()
