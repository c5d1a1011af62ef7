package puppet

import "github.com/connspec/connspec/diffcheck/script"

// namePair is an abstract name of AF_UNIX that the host chose for a socket.
type namePair struct{ canon, real string }

// chosenLen is the length of a name that Linux chooses: NUL and five
// hexadecimal digits (unix_autobind).
const chosenLen = 6

// chosenForm reports whether the host may have chosen the name.
func chosenForm(name string) bool {
	if len(name) != chosenLen || name[0] != 0 {
		return false
	}
	for _, c := range name[1:] {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return true
}

// RealName gives the name of the host for a canonical one. A name that a script
// spells stands for itself, unless it is that of one the host chose.
func (n *Naming) RealName(canon string) string {
	if !chosenForm(canon) {
		return canon
	}
	for _, p := range n.names {
		if p.canon == canon {
			return p.real
		}
	}
	n.names = append(n.names, namePair{canon, canon})
	return canon
}

// CanonName gives the canonical name for one of the host. One of the form that
// the host chooses, which no script named, gets the next number.
func (n *Naming) CanonName(real string) string {
	if !chosenForm(real) {
		return real
	}
	for _, p := range n.names {
		if p.real == real {
			return p.canon
		}
	}
	n.chosenNames++
	canon := script.ChosenName(n.chosenNames)
	for i := range n.names {
		if p := &n.names[i]; p.canon == canon { // a script asked for it before there was one
			p.real = real
			return canon
		}
	}
	n.names = append(n.names, namePair{canon, real})
	return canon
}
