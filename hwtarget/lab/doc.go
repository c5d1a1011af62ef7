// Package lab makes the networks that scripts run in, and never touches the
// host's own: network namespaces held by this process only, joined by virtual
// Ethernet. Nothing of it has a name on the system (no bind mounts, no ip
// netns), so all of it goes when the process goes, by SIGKILL too.
//
// A program calls [Enter] first thing in main, a test binary [Main] in its
// TestMain: the program then runs in a network namespace of its own, inside a
// user namespace where it is not root. What could not be had is in [Probe].
//
// A [Lane] is a kernel to be tested and the far end of its wire: two
// namespaces and a veth pair.
//
//	kernel namespace                          puppet namespace
//	eth0 192.168.0.1/16  ── veth, MTU 1500 ──  a NIC, no addresses
//	lo   127.0.0.1/8                           answers as 192.168.0.2, the gateway
//
// A [Wire] is a veth pair with a NIC on both ends and no kernel in between. A
// [Pair] is for measuring: programs run at both ends, with offloads if wanted.
//
// Neither end of a lane or a wire has offloads: frames are at most an MTU long
// and their checksums are finished. veth runs the receiver in the sender's
// system call, so what the kernel has to say to a frame is in the NIC's ring
// when Send returns, and what a system call sends is there when the call
// returns. The one exception is a long chain of replies to replies, which the
// kernel may hand to a thread of its own (ksoftirqd) after ten rounds or two
// milliseconds.
package lab
