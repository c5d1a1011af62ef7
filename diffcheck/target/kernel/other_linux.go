package kernel

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// other prepares the calls that make files which are no sockets, and those of
// Landlock.
func (q *request) other(c *spec.Call) {
	a := &q.args
	q.opened = file{}
	switch c.Op {
	case spec.OpEventfd:
		q.nr, *a = unix.SYS_EVENTFD2, [6]uintptr{0, unix.EFD_CLOEXEC}
	case spec.OpPipe:
		q.nr, *a = unix.SYS_PIPE2, [6]uintptr{uintptr(unsafe.Pointer(&q.pair)), unix.O_CLOEXEC}
	case spec.OpLandlockCreate:
		q.opened.ruleset = true
		q.ruleset = ruleset(spec.LandlockAccess(c.Value))
		q.nr, *a = unix.SYS_LANDLOCK_CREATE_RULESET, [6]uintptr{uintptr(unsafe.Pointer(&q.ruleset)), unsafe.Sizeof(q.ruleset)}
	case spec.OpLandlockRestrict:
		q.nr = unix.SYS_LANDLOCK_RESTRICT_SELF // the descriptor is there, and the flags are 0
	}
}

// rulesetAttr is struct landlock_ruleset_attr.
type rulesetAttr struct{ files, net, scoped uint64 }

func ruleset(rights spec.LandlockAccess) (r rulesetAttr) {
	for _, b := range [...]struct {
		name  spec.LandlockAccess
		field *uint64
		bit   uint64
	}{
		{spec.LandlockBindTCP, &r.net, unix.LANDLOCK_ACCESS_NET_BIND_TCP},
		{spec.LandlockConnectTCP, &r.net, unix.LANDLOCK_ACCESS_NET_CONNECT_TCP},
		{spec.LandlockScopeAbstract, &r.scoped, unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET},
	} {
		if rights&b.name != 0 {
			*b.field |= b.bit
		}
	}
	return r
}

// protocolNumber is Linux's number of a protocol.
func protocolNumber(p spec.Protocol) uintptr {
	if p == spec.ProtocolMPTCP {
		return unix.IPPROTO_MPTCP
	}
	return uintptr(p)
}

// strange refuses what scripts have no names for: calls but connect on sockets
// of AF_NETLINK, AF_PACKET, MPTCP and of ICMP for datagrams, and Landlock on what is no ruleset.
func (k *Target) strange(ev *script.Event) error {
	c := &ev.Call
	if !k.fds.open(c.FD) || !c.Op.TakesDescriptor() {
		return nil
	}
	f := k.fds.behind(c.FD)
	switch c.Op {
	case spec.OpClose, spec.OpDup, spec.OpDup2, spec.OpFcntl:
		return nil
	case spec.OpLandlockRestrict:
		if !f.ruleset {
			return target.Refuse(ev, "landlock_restrict_self of a file that is no ruleset, which is EBADFD")
		}
	case spec.OpConnect:
		if f.mptcp && c.Addr.Family != spec.AFUnspec && c.AddrLen >= 2 && c.AddrLen <= 128 && c.Pointer == spec.PointerValid {
			return target.Refuse(ev, "an attempt of MPTCP")
		}
		return nil
	}
	if f.mptcp || f.ping || f.family == spec.AFNetlink || f.family == spec.AFPacket {
		return target.Refuse(ev, "%s on a socket of another protocol", c.Op)
	}
	return nil
}
