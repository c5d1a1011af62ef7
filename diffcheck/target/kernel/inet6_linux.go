package kernel

import (
	"sync"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// hasIPv6 reports whether this machine's own loopback speaks IPv6.
var hasIPv6 = sync.OnceValue(func() bool {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return unix.Bind(fd, &unix.SockaddrInet6{Addr: script.Loopback6.As16()}) == nil
})

// noIPv6 is why no script with an AF_INET6 socket can run, or "".
func (k *Target) noIPv6() string {
	switch {
	case k.lane != nil:
		return k.lane.NoIPv6
	case !hasIPv6():
		return "::1 cannot be bound on this machine"
	}
	return ""
}

// checkIPv6 refuses a script that needs IPv6 where there is none.
func (k *Target) checkIPv6(s *script.Script) error {
	for i := range s.Events {
		ev := &s.Events[i]
		if ev.Kind == script.EventCall && ev.Call.Op == spec.OpSocket && ev.Call.Family == spec.AFInet6 {
			if why := k.noIPv6(); why != "" {
				return &target.Unsupported{Line: ev.Line, Reason: "AF_INET6: " + why}
			}
			return nil
		}
	}
	return nil
}
