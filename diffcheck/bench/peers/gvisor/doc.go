// Command gvisor is gVisor's netstack at the near end of a benchmark, as a
// program would embed it: link/fdbased over AF_PACKET with recvmmsg, static
// neighbours, SACK, cubic, buffers as runsc sets them. With -offload it has
// the virtio-net header with host segmentation and received checksums; merging
// by its own GRO on top of that made it slower here and is off, as in runsc.
package main
