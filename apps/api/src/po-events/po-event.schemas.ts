import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

/** What the templates of events are fed by is said by the configuration, so other fields are welcome. */
const open = { additionalProperties: true } as const;
const uuid = { type: 'string', format: 'uuid' } as const;

/** A purchase-order event, as the documentation shows it; `PoEventHandler` reads it. */
export const PO_EVENT = {
  type: 'object',
  ...open,
  required: ['event_type', 'data'],
  properties: {
    event_id: { ...uuid, description: 'Or `data.po_id`: by one of them a repetition is told.' },
    event_type: { type: 'string', minLength: 1, description: 'An unknown one is skipped.' },
    service_name: { type: 'string' },
    timestamp: { type: 'string' },
    data: {
      type: 'object',
      ...open,
      properties: {
        tenant_id: { ...uuid, description: 'Only with a platform key.' },
        po_id: uuid,
        po_number: { type: 'string' },
        supplier_id: { type: 'string' },
        supplier_name: { type: 'string' },
        supplier_phone: { type: 'string', description: 'Empty or left out: there is nobody to tell.' },
        total_amount: { type: ['number', 'string'] },
        currency: { type: 'string', description: 'ISO 4217.' },
      },
    },
  },
};

export const PO_EVENT_EXAMPLES = {
  approved: {
    value: {
      event_id: '0192f0c1-2b3c-7d4e-8f50-6172839405a6',
      event_type: 'po.approved',
      service_name: 'procurement',
      timestamp: '2026-11-26T09:00:00Z',
      data: {
        po_id: '0192f0c1-2b3c-7d4e-8f50-6172839405a7',
        po_number: 'PO-2024-001',
        supplier_name: 'Proveedor ABC',
        supplier_phone: '+34612345678',
        total_amount: 1250,
        currency: 'EUR',
      },
    },
  },
};

@ApiSchema({ name: 'PoEventOutcome' })
export class PoEventResponse {
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) event_id: string | null;
  @ApiProperty({ enum: ['notified', 'skipped', 'duplicate'] }) outcome: string;
  @ApiPropertyOptional({ example: 'no-supplier-phone', description: 'Why it was skipped.' }) reason?: string;
  @ApiPropertyOptional({ format: 'uuid', description: 'The message it led to.' }) message_id?: string;
}
