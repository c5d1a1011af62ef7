// Package main is connspec's stack as a library for packetdrill:
//
//	go build -buildmode=c-shared -o libconnspec.so ./hwtarget/packetdrill
//	packetdrill --so_filename=./libconnspec.so \
//	    --so_flags=local=192.168.0.1/16,gateway=192.168.0.1,remote=192.0.2.1 script.pkt
//
// packetdrill then makes its calls on an [impl.Host] with the personality of Linux,
// injects its packets there and reads there what the host sends, all in virtual time:
// a script takes no longer than packetdrill itself needs. Its --so_flags say what the
// library cannot know otherwise:
//
//	local=ADDRESS/BITS  an address of the host; may be repeated
//	mtu=N               of its interface; 1500 if it is not said
//
// Scripts that look at TCP_INFO run code which asks the C library for it. The library
// answers that too if it is preloaded (LD_PRELOAD=./libconnspec.so).
//
// This is the only package of the module that needs cgo, and so a C compiler; without
// one it is empty. The struct by which packetdrill finds its functions is described in
// interface.h.
package main

func main() {}
