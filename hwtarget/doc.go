// Package hwtarget is where a stack runs: a [NIC] carries Ethernet frames, and
// a [Pump] joins one to a stack. It knows frames, not sockets.
//
// NICs are in the packages below: rawsock (AF_PACKET on an interface of this
// host), tap (a device whose other end is this host's kernel), simnet (in
// memory, in virtual time), and capture, which wraps another and writes what
// passes to a pcapng file. Package lab makes the namespaces and virtual wires in
// which rawsock meets a kernel without touching the host's own network.
//
// # On a physical port
//
// A stack on an interface that the kernel also uses needs addresses which the
// kernel does not own, or the kernel answers beside it: a segment for a port
// on which it has no socket gets its RST before the stack has looked.
//
//   - Best: give the stack a MAC and an IPv4 address of its own.
//     rawsock.Config.MAC makes the interface promiscuous; a frame for that MAC
//     is not for the host as far as the kernel is concerned (PACKET_OTHERHOST)
//     and is dropped before IP. Nothing else is needed. Wireless stations and
//     many cloud networks carry no foreign MAC.
//
//   - With the kernel's MAC but another IPv4 address: the kernel does not
//     answer ARP or IP for an address it does not have, unless it forwards
//     (net.ipv4.ip_forward must be 0).
//
//   - With the kernel's own IPv4 address: take a range of ports out of its
//     sight, both to the sockets and to the RST, before the stack starts:
//
//     nft add table netdev connspec
//     nft add chain netdev connspec in '{ type filter hook ingress device "eth0" priority 0; }'
//     nft add rule netdev connspec in tcp dport 40000-40999 drop
//     sysctl net.ipv4.ip_local_reserved_ports=40000-40999
//
//     AF_PACKET sees a frame before the ingress hook does, so rawsock still
//     receives it. `nft delete table netdev connspec` takes it back.
//
// An AF_PACKET socket sees frames after receive offload has merged them and,
// between veth ends, before transmit offload has filled in the checksum. Either
// leave the offloads on and open the port with rawsock.Config.Offload and
// Merged, and the stack with the NIC's Offload, as bulk transfer wants it; or
// turn them off (`ethtool -K eth0 gro off lro off gso off tso off tx off`).
//
// A device that merges frames holds the first of them back for the others
// (`ethtool -C`, and /sys/class/net/eth0/gro_flush_timeout); where a single reply
// matters more than bulk, set both to nothing, and rawsock.Config.Spin or
// BusyPoll to some tens of microseconds.
package hwtarget
