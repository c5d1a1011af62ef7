package personality

import "github.com/connspec/connspec/spec"

// unreachableLinux is Linux's icmp_err_convert (net/ipv4/icmp.c): on a
// connected datagram socket the soft ones go unseen, SYN-SENT takes them all.
var unreachableLinux = [16]Reaction{
	{Errno: spec.ENETUNREACH, Soft: true},
	{Errno: spec.EHOSTUNREACH, Soft: true},
	{Errno: spec.ENOPROTOOPT},
	{Errno: spec.ECONNREFUSED},
	{Errno: spec.EMSGSIZE},
	{Errno: spec.EOPNOTSUPP, Soft: true},
	{Errno: spec.ENETUNREACH},
	{Errno: spec.EHOSTDOWN},
	{Errno: spec.ENONET},
	{Errno: spec.ENETUNREACH},
	{Errno: spec.EHOSTUNREACH},
	{Errno: spec.ENETUNREACH, Soft: true},
	{Errno: spec.EHOSTUNREACH, Soft: true},
	{Errno: spec.EHOSTUNREACH},
	{Errno: spec.EHOSTUNREACH},
	{Errno: spec.EHOSTUNREACH},
}

// hard makes every reaction of t end the attempt.
func hard(t [16]Reaction) [16]Reaction {
	for i := range t {
		t[i].Soft = false
	}
	return t
}

// soften makes the reactions of t with these codes soft.
func soften(t [16]Reaction, codes ...int) [16]Reaction {
	for _, c := range codes {
		t[c].Soft = true
	}
	return t
}
