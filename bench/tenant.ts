/** The sample tenant that every call of the benchmark reaches. */
export const TENANT = {
  slug: 'automotora-andes',
  phoneNumber: '+56221234567',
  profile: {
    name: 'Automotora Andes',
    timezone: 'America/Santiago',
    language: 'es-CL',
    voice: { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US' },
    greeting: 'Automotora Andes, buenos días.',
    disclosure: 'Le atiende un asistente virtual.',
    instructions: 'Responde con amabilidad y en pocas frases.',
    closedMessage: 'En este momento estamos cerrados.',
    businessHours: null,
    facts: {
      horario: 'Lunes a viernes de nueve a dieciocho horas, sábados de diez a catorce horas.',
      direccion: 'Avenida Apoquindo 4500, Las Condes.',
      servicios: [
        'cambio de aceite',
        'alineación y balanceo',
        'revisión técnica',
        'venta de autos nuevos y usados',
      ],
    },
    phoneNumbers: ['+56221234567'],
  },
} as const;
