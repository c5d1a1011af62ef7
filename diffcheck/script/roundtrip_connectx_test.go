package script

import (
	"github.com/connspec/connspec/spec"
	"pgregory.net/rapid"
)

// drawConnectx draws the arguments of connectx and disconnectx.
func drawConnectx(t *rapid.T, c *spec.Call) {
	x := &spec.Connectx{Association: oneOf(t, spec.AssociationAny, spec.AssociationAll, 7)}
	c.Connectx = x
	if c.Op == spec.OpDisconnectx {
		x.Connection = oneOf[uint32](t, 0, 1)
		return
	}
	pointers := []spec.Pointer{spec.PointerValid, spec.PointerNull, spec.PointerUnreadable}
	if x.Endpoints = oneOf(t, pointers...); x.Endpoints == spec.PointerValid {
		drawNamed(t, c)
		source := spec.Call{}
		drawNamed(t, &source)
		x.Source, x.SourceAt, x.SourceLen = source.Addr, source.Pointer, source.AddrLen
		x.Interface = oneOf[uint32](t, 0, 4)
	}
	x.Flags = spec.ConnectFlags(rapid.IntRange(0, 3).Draw(t, "flags"))
	if x.Vector = oneOf(t, pointers...); x.Vector == spec.PointerValid {
		c.Buf = rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(t, "data")
	}
	x.Vectors = rapid.Int32().Draw(t, "vectors")
	x.Length = oneOf(t, spec.PointerValid, spec.PointerNull)
}
