//! The browser's decoder of texts in any encoding that the Encoding Standard knows.

use web_sys::TextDecodeOptions;

use super::Error;

/// Decodes one text piece by piece.
#[derive(Debug)]
pub struct TextDecoder(web_sys::TextDecoder);

impl TextDecoder {
    /// A decoder at the start of a text, for a label such as `gb18030`. What is no character becomes U+FFFD.
    pub fn new(label: &str) -> Result<Self, Error> {
        let decoder = web_sys::TextDecoder::new_with_label(label);
        decoder.map(Self).map_err(|thrown| Error::thrown("opening a decoder", &thrown))
    }

    /// The text of the next bytes; a character that they cut is finished by the next piece, unless this is the last.
    pub fn decode(&self, bytes: &[u8], last: bool) -> Result<String, Error> {
        let options = TextDecodeOptions::new();
        options.set_stream(!last);
        let text = self.0.decode_with_u8_array_and_options(bytes, &options);
        text.map_err(|thrown| Error::thrown("decoding a text", &thrown))
    }
}
