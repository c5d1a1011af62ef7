package script

import (
	"net/netip"
	"strconv"

	"github.com/connspec/connspec/spec"
)

// badPointer stands for an address outside the memory of the process; strace
// prints the pointer itself when it cannot read what it points to.
const badPointer = "0xffffffffffffffff"

// FormatSockaddr prints a socket address as strace does.
func FormatSockaddr(a spec.Sockaddr) string { return string(appendSockaddr(nil, &a)) }

func appendSockaddr(b []byte, a *spec.Sockaddr) []byte {
	b = append(b, "{sa_family="...)
	b = append(b, a.Family.String()...)
	switch {
	case a.Family == spec.AFNetlink:
		b = append(b, ", nl_pid=0, nl_groups=00000000"...)
	case a.Path != "":
		b = append(b, ", sun_path="...)
		name := a.Path
		if name[0] == 0 {
			b = append(b, '@')
			name = name[1:]
		}
		b = appendString(b, []byte(name))
	case a.Addr.Is6():
		b = appendSockaddr6(b, a)
	case a.Addr.IsValid():
		b = append(b, ", sin_port=htons("...)
		b = appendPort(b, a.Port)
		b = append(b, `), sin_addr=inet_addr("`...)
		b = a.Addr.AppendTo(b)
		b = append(b, `")`...)
	case a.Port != 0:
		b = append(b, ", sin_port=htons("...)
		b = appendPort(b, a.Port)
		b = append(b, ')')
	}
	return append(b, '}')
}

// appendAddrArg prints the address and length that bind, connect and sendto
// take.
func appendAddrArg(b []byte, c *spec.Call) []byte {
	switch c.Pointer {
	case spec.PointerNull:
		b = append(b, "NULL"...)
	case spec.PointerUnreadable:
		b = append(b, badPointer...)
	default:
		b = appendSockaddr(b, &c.Addr)
	}
	return appendIntArg(b, c.AddrLen)
}

// appendAddrOut prints the address and length that a call wrote back.
func appendAddrOut(b []byte, r *spec.Result) []byte {
	b = appendSockaddr(b, &r.Addr)
	b = append(b, ", ["...)
	b = appendInt(b, r.AddrLen)
	return append(b, ']')
}

// appendPort prints a port; one that the system chose as P1, P2 …
func appendPort(b []byte, port uint16) []byte {
	if port >= PortFirst && port <= PortLast {
		b = append(b, 'P')
		return strconv.AppendUint(b, uint64(port-PortFirst+1), 10)
	}
	return strconv.AppendUint(b, uint64(port), 10)
}

// appendEndpoint prints an address and port with a dot between, as tcpdump
// does; without port if that is not to be shown.
func appendEndpoint(b []byte, ap netip.AddrPort, withPort bool) []byte {
	if !ap.Addr().IsValid() {
		b = append(b, "0.0.0.0"...)
	} else {
		b = ap.Addr().AppendTo(b)
	}
	if withPort {
		b = append(b, '.')
		b = appendPort(b, ap.Port())
	}
	return b
}

// appendString prints bytes as a C string in strace's way, all of them.
func appendString(b, s []byte) []byte {
	b = append(b, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c >= 0x20 && c < 0x7f:
			b = append(b, c)
		default:
			const digits = "0123456789abcdef"
			b = append(b, '\\', 'x', digits[c>>4], digits[c&15])
		}
	}
	return append(b, '"')
}
