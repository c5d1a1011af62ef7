// Package rawsock is a [hwtarget.NIC] on an interface of this host: an
// AF_PACKET socket with a memory-mapped TPACKET_V2 ring. It needs CAP_NET_RAW
// in the user namespace that owns the interface's network namespace; Linux
// only.
//
// Receiving looks at the status word of the next ring slot in memory, so an
// empty Recv costs no system call. Version 2 of the ring is chosen over 3
// because 3 hands over whole blocks and holds a lone reply back until its
// block timeout, a millisecond and more. Over veth the receiver runs in the
// sender's own system call: when Send returns, the answer is in the ring.
//
// The NIC has a MAC of its own (Config.MAC) and sets the interface
// promiscuous, so that the kernel takes the frames for somebody else's. Frames
// sent by the kernel out of the same interface are not seen
// (PACKET_IGNORE_OUTGOING).
//
// The ring shows frames as the kernel holds them. Between veth ends these have
// unfinished checksums and, with segmentation offload, more than an MTU of
// payload: turn both off on the sending end with [Offloads], as package lab
// does. Frames that were seen with an unfinished checksum or did not fit are
// counted in [Stats].
//
// Or take them as they are: with Config.Offload a virtio-net header in front of
// every frame says of one received what its checksum is worth and of how many
// segments it was merged, and of one sent, up to 64 KiB, how it is to be cut up.
// That pays on a device without offload too: one system call takes a batch of
// segments through the kernel, which cuts it up last of all (validate_xmit_skb),
// as it does its own. A stack that does this is impl.Host with Config.Offload.
package rawsock
