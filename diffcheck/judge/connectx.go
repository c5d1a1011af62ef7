package judge

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// connectx gives the arguments that connectx and disconnectx have beyond those
// of connect their names in the model.
func (n *names) connectx(m *model.Connectx, x *spec.Connectx) {
	*m = model.Connectx{
		From: model.Sockaddr{
			Family: x.Source.Family, Addr: class(x.Source.Addr), Port: n.port(x.Source.Port), Pointer: x.SourceAt, Len: x.SourceLen,
		},
		Association: x.Association, Vectors: x.Vectors, Endpoints: x.Endpoints, Vector: x.Vector,
		Interface: scope(x.Interface), Flags: x.Flags, NoLength: x.Length == spec.PointerNull,
	}
}

// raiseConnectx is the inverse; c is the call that it goes with.
func raiseConnectx(c *spec.Call, m *model.Call) *spec.Connectx {
	x := &spec.Connectx{Association: m.X.Association}
	if m.Op == spec.OpDisconnectx {
		return x
	}
	x.Endpoints, x.Flags, x.Vector, x.Vectors = m.X.Endpoints, m.X.Flags, m.X.Vector, m.X.Vectors
	if m.X.NoLength {
		x.Length = spec.PointerNull
	}
	if x.Vector == spec.PointerValid {
		c.Buf = make([]byte, m.Len)
	}
	if x.Endpoints != spec.PointerValid {
		c.Pointer, c.AddrLen = spec.PointerValid, 0
		return x
	}
	x.Interface = scopeIDs[m.X.Interface]
	x.SourceAt, x.SourceLen = m.X.From.Pointer, m.X.From.Len
	if x.SourceAt == spec.PointerValid {
		x.Source = raiseAddr(&m.X.From)
	}
	if c.Pointer == spec.PointerValid {
		c.Addr = raiseAddr(&m.To)
	}
	return x
}
