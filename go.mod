module github.com/connspec/connspec

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/gopacket/gopacket v1.7.5
	github.com/leanovate/gopter v0.2.11
	github.com/vishvananda/netlink v1.3.1
	golang.org/x/sys v0.49.0
	pgregory.net/rapid v1.3.0
)

require (
	github.com/vishvananda/netns v0.0.5 // indirect
	golang.org/x/net v0.55.0 // indirect
)
