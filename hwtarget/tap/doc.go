// Package tap is a [hwtarget.NIC] that is the far end of a tap device (Linux,
// Documentation/networking/tuntap): the kernel of this host is the peer, on the
// same link, without a second namespace. Opening one needs /dev/net/tun and
// CAP_NET_ADMIN, or a device made before for this user (`ip tuntap add`).
//
// The interface is the kernel's end: it has the kernel's address, and the NIC
// one of its own. Each frame is a system call; where throughput matters a veth
// pair and package rawsock are faster, or Config.Offload, which takes up to 64
// KiB at a time both ways.
package tap
