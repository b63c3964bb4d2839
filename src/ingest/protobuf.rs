//! Protocol-buffer messages as a walk over their fields, without a schema and without copying.
//!
//! Source: "Encoding" in the Protocol Buffers documentation. Groups (wire types 3 and 4) are not read: none of the
//! formats here has them.

/// One field's value, as far as the wire knows its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    Varint(u64),
    /// Little-endian: `double`, `fixed64`.
    Fixed64(u64),
    /// A text, some bytes, a message, or packed numbers.
    Bytes(&'a [u8]),
    /// Little-endian: `float`, `fixed32`.
    Fixed32(u32),
}

/// Bytes that are not a message. The fields walked over before it are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a protocol-buffer message")]
pub struct Malformed;

/// The fields of a message, in their order; ends after the first error.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Walks over one message.
    pub fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    #[inline(always)]
    fn field(&mut self) -> Option<(u32, Field<'a>)> {
        let key = varint(&mut self.rest)?;
        let number = u32::try_from(key >> 3).ok().filter(|&number| number > 0)?;
        let field = match key & 7 {
            0 => Field::Varint(varint(&mut self.rest)?),
            1 => Field::Fixed64(u64::from_le_bytes(take_array(&mut self.rest)?)),
            2 => {
                let len = usize::try_from(varint(&mut self.rest)?).ok()?;
                let (bytes, rest) = self.rest.split_at_checked(len)?;
                self.rest = rest;
                Field::Bytes(bytes)
            }
            5 => Field::Fixed32(u32::from_le_bytes(take_array(&mut self.rest)?)),
            _ => return None,
        };
        Some((number, field))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Field<'a>), Malformed>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field().ok_or(Malformed);
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Takes a varint off the front; `None` if it is cut or longer than 64 bits.
#[inline(always)]
pub fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        *bytes = rest;
        return Some(u64::from(first));
    }
    long_varint(bytes)
}

fn long_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            *bytes = &bytes[at + 1..];
            return Some(value);
        }
    }
    None
}

/// Takes `N` bytes off the front.
#[inline(always)]
fn take_array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (array, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*array)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wire_type_is_read() {
        let message = [0x08, 0x96, 0x01, 0x11, 1, 0, 0, 0, 0, 0, 0, 0, 0x1a, 2, b'o', b'k', 0x25, 2, 0, 0, 0];
        let fields: Vec<_> = Fields::new(&message).map(Result::unwrap).collect();
        assert_eq!(
            fields,
            [(1, Field::Varint(150)), (2, Field::Fixed64(1)), (3, Field::Bytes(b"ok")), (4, Field::Fixed32(2))]
        );
    }

    #[test]
    fn malformed_messages_end_the_walk() {
        let endless = [0xff; 30];
        let group = [0x0b, 0x0c];
        let too_long = [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        let field_zero = [0x00, 0x01];
        for message in [&endless[..], &group, &too_long, &field_zero, &[0x0d, 1, 2]] {
            assert_eq!(Fields::new(message).collect::<Vec<_>>(), [Err(Malformed)], "{message:?}");
        }
    }
}
